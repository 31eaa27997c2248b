import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { ModelProblem } from '../errors/index.ts';
import { fileKind } from './file-kind.ts';

/** What a file is by its outer form. */
export type OnnxForm = 'onnx' | 'not_onnx' | 'truncated';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
/** Field numbers of ModelProto, onnx.proto3: ir_version 1, graph 7; the highest in use is 25. */
const IR_VERSION = 1;
const GRAPH = 7;
const HIGHEST_FIELD = 31;
/** A tag and a length, ten bytes each at most. */
const HEADER_BYTES = 20;

/**
 * Walks the outermost fields of a protobuf ModelProto without reading what is in them: tells whether the file is an ONNX
 * model at all and whether it is complete. Only loading it proves that; this gives the better error.
 */
export async function onnxForm(path: string): Promise<OnnxForm> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(HEADER_BYTES);
    const seen = new Set<number>();
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(header, 0, HEADER_BYTES, at);
      const field = readField(header.subarray(0, bytesRead));
      if (field === undefined) return seen.has(IR_VERSION) ? 'truncated' : 'not_onnx';
      if (field.number > HIGHEST_FIELD || (at === 0 && field.number !== IR_VERSION && field.number !== GRAPH)) {
        return seen.has(GRAPH) ? 'truncated' : 'not_onnx';
      }
      seen.add(field.number);
      at += field.bytes;
    }
    if (at > size) return seen.has(IR_VERSION) ? 'truncated' : 'not_onnx';
    if (seen.has(GRAPH)) return 'onnx';
    return seen.has(IR_VERSION) ? 'truncated' : 'not_onnx';
  } finally {
    await file.close();
  }
}

/** Number and total length of the field that begins here, or undefined where none can begin. */
function readField(bytes: Uint8Array): { number: number; bytes: number } | undefined {
  const tag = readVarint(bytes, 0);
  if (tag === undefined) return undefined;
  const number = Math.floor(tag.value / 8);
  if (number === 0) return undefined;
  switch (tag.value % 8) {
    case VARINT: {
      const value = readVarint(bytes, tag.end);
      return value === undefined ? undefined : { number, bytes: value.end };
    }
    case FIXED64:
      return { number, bytes: tag.end + 8 };
    case LENGTH_DELIMITED: {
      const length = readVarint(bytes, tag.end);
      return length === undefined ? undefined : { number, bytes: length.end + length.value };
    }
    case FIXED32:
      return { number, bytes: tag.end + 4 };
    default:
      return undefined;
  }
}

function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = from; i < Math.min(bytes.length, from + 10); i += 1) {
    const byte = bytes[i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (i - from));
    if (byte < 0x80) return { value, end: i + 1 };
  }
  return undefined;
}

/** What is wrong with a model file itself: missing, empty, not ONNX, truncated; undefined when nothing is. */
export async function checkOnnxFile(path: string): Promise<ModelProblem | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    return {
      code: 'model_missing',
      where: path,
      message: 'there is no such file',
      advice: 'check the path, or copy the model there',
    };
  }
  const form = await onnxForm(path);
  if (form === 'onnx') return undefined;
  const kind = await fileKind(path);
  if (kind !== undefined) return { code: 'not_onnx', where: path, ...kind };
  if (form === 'not_onnx') {
    const advice = 'export the model as ONNX, or copy the file again';
    return { code: 'not_onnx', where: path, message: 'is not an ONNX model', advice };
  }
  const message = `ends too early: the copy is incomplete (${found.size} bytes are there)`;
  return { code: 'model_truncated', where: path, message, advice: 'copy the file again and compare its size' };
}

/** SHA-256 of a file, 64 hex digits, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
