import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ModelError } from '../errors/index.ts';
import { type LoadedOnnx, loadOnnx, sha256File } from '../onnx/index.ts';

/** Folder of the extractor that ships: beside `src` and beside `dist` alike. */
export const FEATURES_DIR = fileURLToPath(new URL('../../features', import.meta.url));

const DOCUMENT = 'features.json';

const Document = z.object({
  schema: z.literal(1),
  file: z.string().min(1),
  sha256: z.string().length(64),
  input: z.string().min(1),
  output: z.string().min(1),
  dimensions: z.int().min(1),
  licence: z.string().min(1),
});

/** The part of a model that turns an image into one embedding per cell: uint8 [1, H, W, 3] to float32 [1, D, H/8, W/8]. */
export interface Extractor {
  readonly onnx: LoadedOnnx;
  readonly sha256: string;
  readonly input: string;
  readonly output: string;
  /** Numbers of an embedding. */
  readonly dimensions: number;
  readonly licence: string;
}

/** Reads an extractor with its description and checks its hash. Throws ModelError. */
export async function readExtractor(dir: string = FEATURES_DIR): Promise<Extractor> {
  const document = Document.safeParse(JSON.parse(await readFile(join(dir, DOCUMENT), 'utf8')));
  const advice = 'install Lineside again';
  if (!document.success) {
    const message = document.error.issues.map((issue) => issue.message).join(', ');
    throw new ModelError(dir, [{ code: 'model_invalid', where: DOCUMENT, message, advice }]);
  }
  const { file, sha256, input, output, dimensions, licence } = document.data;
  const path = join(dir, file);
  const onnx = await loadOnnx(path);
  if ((await sha256File(path)) !== sha256) {
    throw new ModelError(dir, [{ code: 'hash_mismatch', where: file, message: 'was changed or damaged', advice }]);
  }
  return { onnx, sha256, input, output, dimensions, licence };
}
