import { open } from 'node:fs/promises';
import { printable } from '@lineside/kit';

/** What a file is that was taken for an ONNX model, and what to do instead. */
export interface FileKind {
  /** Completes "the file ...". */
  readonly message: string;
  readonly advice: string;
}

const HEAD_BYTES = 4096;
const SHOWN_MOST = 60;

const EXPORT = 'export the trained network as ONNX and import that file';
const DOWNLOAD =
  'download the model file itself: log in where the site asks for it, and use its download link (GitHub: raw, Hugging Face: resolve)';

type Look = (head: Buffer, text: string) => FileKind | undefined;

const is = (message: string, advice: string): FileKind => ({ message, advice });
const startsWith = (...bytes: readonly number[]): ((head: Buffer) => boolean) => {
  return (head) => bytes.every((byte, at) => head[at] === byte);
};
const magic = (bytes: readonly number[], message: string, advice: string): Look => {
  const fits = startsWith(...bytes);
  return (head) => (fits(head) ? is(message, advice) : undefined);
};
const word = (at: number, letters: string, message: string, advice: string): Look => {
  return (head) => (head.toString('latin1', at, at + letters.length) === letters ? is(message, advice) : undefined);
};

/** In this order: the more exact ones first. */
const LOOKS: readonly Look[] = [
  (head) => (head.length === 0 ? is('is empty', 'copy the file again') : undefined),
  (head) =>
    head.every((byte) => byte === 0) ? is('holds only zeros: the copy failed', 'copy the file again') : undefined,
  (_head, text) =>
    text.startsWith('version https://git-lfs.github.com/spec/')
      ? is('is a pointer of Git LFS, not the model itself', 'fetch the model with git lfs pull')
      : undefined,
  (_head, text) =>
    /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta)\b/is.test(text)
      ? is('is a saved web page (HTML), not a model', DOWNLOAD)
      : undefined,
  (_head, text) =>
    /^\s*<(?:\?xml|net\b)/i.test(text) ? is('is an XML file, such as one of OpenVINO', EXPORT) : undefined,
  (_head, text) =>
    /^\s*(?:\{\s*["}]|\[\s*[[{"\d\]])/.test(text)
      ? is('is a JSON text, not a model', `${DOWNLOAD}; a model of TensorFlow.js is described in docs/models.md`)
      : undefined,
  (head) => {
    if (!startsWith(0x50, 0x4b, 0x03, 0x04)(head)) return undefined;
    const name = head.toString('latin1', 30, 30 + Math.min(256, head.readUInt16LE(26)));
    if (/\.pkl$|\/version$|\/byteorder$|data\.pkl/.test(name))
      return is(
        'is a checkpoint of PyTorch (.pt), not ONNX',
        `${EXPORT} (torch.onnx.export, or yolo export format=onnx)`,
      );
    if (/metadata\.json|config\.json|model\.weights/.test(name))
      return is('is a model of Keras (.keras), not ONNX', `${EXPORT} (tf2onnx)`);
    return is('is a ZIP archive', 'unpack it and import the .onnx file in it');
  },
  magic([0x1f, 0x8b], 'is compressed with gzip', 'unpack it and import the .onnx file in it'),
  magic([0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd', 'unpack it and import the .onnx file in it'),
  magic([0x42, 0x5a, 0x68], 'is compressed with bzip2', 'unpack it and import the .onnx file in it'),
  magic([0xfd, 0x37, 0x7a, 0x58, 0x5a], 'is compressed with xz', 'unpack it and import the .onnx file in it'),
  magic([0x37, 0x7a, 0xbc, 0xaf], 'is a 7-Zip archive', 'unpack it and import the .onnx file in it'),
  word(257, 'ustar', 'is a tar archive', 'unpack it and import the .onnx file in it'),
  magic([0x89, 0x48, 0x44, 0x46], 'is an HDF5 file, as Keras writes it (.h5), not ONNX', `${EXPORT} (tf2onnx)`),
  word(4, 'TFL3', 'is a model of TensorFlow Lite, not ONNX', `${EXPORT} (tf2onnx --tflite)`),
  word(0, 'GGUF', 'is a model in GGUF form, for texts', 'Lineside runs models for images'),
  word(0, 'ftrt', 'is an engine of TensorRT, which fits one kind of machine only', EXPORT),
  word(0, 'RKNN', 'is a model for Rockchip (RKNN), not ONNX', EXPORT),
  word(0, '%PDF', 'is a PDF document', DOWNLOAD),
  magic([0x7f, 0x45, 0x4c, 0x46], 'is a program (ELF)', 'name the .onnx file that the training tool exported'),
  magic([0x89, 0x50, 0x4e, 0x47], 'is an image (PNG)', 'name the .onnx file that the training tool exported'),
  magic([0xff, 0xd8, 0xff], 'is an image (JPEG)', 'name the .onnx file that the training tool exported'),
  magic([0x80, 0x02], 'is a pickle of Python, as old versions of PyTorch write it', `${EXPORT} (torch.onnx.export)`),
  magic([0x80, 0x04], 'is a pickle of Python', `${EXPORT} (torch.onnx.export)`),
  (head) =>
    head.length > 9 && head[8] === 0x7b && head.readBigUInt64LE(0) < 100_000_000n && head.readBigUInt64LE(0) > 1n
      ? is('holds weights alone (safetensors), without the network', EXPORT)
      : undefined,
  (head, text) => {
    if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32)) || text.includes('\ufffd')) return undefined;
    return is(
      `is a text that begins with "${printable(text.trim(), SHOWN_MOST)}"`,
      'name the .onnx file that the training tool exported',
    );
  },
];

/** What the file is by its beginning; undefined where that shows nothing known. */
export async function fileKind(path: string): Promise<FileKind | undefined> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    // A character may be cut in two at the end.
    const text = new TextDecoder('utf-8').decode(head, { stream: true });
    for (const look of LOOKS) {
      const kind = look(head, text);
      if (kind !== undefined) return kind;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
