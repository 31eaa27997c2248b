import { readFile, stat } from 'node:fs/promises';
import { ModelError } from '../errors/index.ts';
import { checkOnnxFile } from './onnx-file.ts';
import { allNodes, type OnnxModel, readOnnx } from './model.ts';

/** Protobuf's own limit for one message. */
const BYTES_MOST = 2 ** 31 - 1;

/** An ONNX file in memory. */
export interface LoadedOnnx {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
}

/** Reads an ONNX file. Throws ModelError `model_missing`, `not_onnx`, `model_truncated`, `model_too_large`. */
export async function loadOnnx(path: string): Promise<LoadedOnnx> {
  const problem = await checkOnnxFile(path);
  if (problem !== undefined) throw new ModelError(path, [{ ...problem, where: '' }]);
  const { size } = await stat(path);
  if (size > BYTES_MOST) {
    const advice = 'export it with its weights as external data';
    throw new ModelError(path, [{ code: 'model_too_large', where: '', message: 'is larger than 2 GiB', advice }]);
  }
  return parseOnnx(path, await readFile(path));
}

/** A model that is in memory already; `path` is where it lies. Throws ModelError. */
export function parseOnnx(path: string, bytes: Uint8Array): LoadedOnnx {
  return { path, bytes, model: parse(path, bytes) };
}

function parse(path: string, bytes: Uint8Array): OnnxModel {
  try {
    const model = readOnnx(bytes);
    // Bodies inside nodes are part of the file: a cut body makes the model as useless as a cut file.
    allNodes(model);
    return model;
  } catch (cause) {
    const message = `is not a complete ONNX model: ${cause instanceof Error ? cause.message : String(cause)}`;
    const advice = 'copy or export the file again';
    throw new ModelError(path, [{ code: 'model_truncated', where: '', message, advice }], cause);
  }
}
