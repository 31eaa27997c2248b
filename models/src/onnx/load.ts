import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { ModelError, type ModelProblem } from '../errors/index.ts';
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

/** One file beside the model that holds weights. */
export interface ExternalFile {
  /** As the model names it, relative to its folder. */
  readonly location: string;
  /** Least size that holds all that the model reads of it. */
  readonly bytes: number;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** The files of weights that a model needs; each is expected beside it. */
export async function externalFiles({ path, model }: LoadedOnnx): Promise<readonly ExternalFile[]> {
  const needed = new Map<string, number>();
  for (const { external, bytes } of model.initializers) {
    if (external === undefined) continue;
    const { location, offset, length } = external;
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + (length ?? bytes)));
  }
  return Promise.all(
    [...needed].map(async ([location, bytes]) => {
      const problem = await externalProblem(dirname(path), location, bytes);
      return problem === undefined ? { location, bytes } : { location, bytes, problem };
    }),
  );
}

async function externalProblem(folder: string, location: string, bytes: number): Promise<string | undefined> {
  // A foreign model must not make Lineside read other files of this machine.
  if (location === '' || isAbsolute(location) || normalize(location).startsWith('..')) return 'lies outside its folder';
  const found = await stat(join(folder, location)).catch(() => undefined);
  if (found?.isFile() !== true) return 'is missing';
  return found.size < bytes ? `has ${found.size} bytes of the ${bytes} that are needed` : undefined;
}

/** Each missing or short file of weights, as a reason to refuse the model. */
export function externalProblems(files: readonly ExternalFile[]): readonly ModelProblem[] {
  return files.flatMap(({ location, problem }) =>
    problem === undefined
      ? []
      : [
          {
            code: 'external_data_missing',
            where: location || 'external data',
            message: `the file of weights ${problem}`,
            advice: 'copy it into the folder of the model, or export the model as one file',
          } as const,
        ],
  );
}
