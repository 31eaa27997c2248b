import type { ModelManifest } from '@lineside/models';
import { type BadOutput, createDecoder, outputNames } from '@lineside/models/families';
import { InferenceError } from './errors.ts';
import { inputShape } from './model-spec.ts';

/** An input or output as ONNX Runtime describes it; a dimension without a number has a name. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface ModelIo {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * Compares a model's inputs and outputs with its manifest. A dimension without a number always matches: the first
 * inference shows it.
 *
 * @throws InferenceError `model_shape`, `model_labels` or `model_float16` with the expected and the actual form.
 */
export function checkModelIo(io: ModelIo, manifest: ModelManifest): void {
  const { input, output, labels, extraInputs = [] } = manifest;
  const { batch = 1 } = input;
  const fed = named(io.inputs, input.name, 'input');
  refuseHalf(fed, 'input');
  if (fed.type !== input.type || !fits(fed.shape, inputShape(input, batch))) {
    throw mismatch('input', fed, `${input.type} [${inputShape(input, batch).join(', ')}]`);
  }
  for (const extra of extraInputs) {
    const info = named(io.inputs, extra.name, 'input');
    if (info.type !== extra.type || !fits(info.shape, [batch, 2]))
      throw mismatch('input', info, `${extra.type} [${batch}, 2]`);
  }
  const known = new Set([input.name, ...extraInputs.map(({ name }) => name)]);
  const unfed = io.inputs.find(({ name }) => !known.has(name));
  if (unfed !== undefined) {
    throw new InferenceError(
      'model_shape',
      `the model requires a second input, ${unfed.name}, which the manifest lacks`,
    );
  }
  for (const name of outputNames(output)) refuseHalf(named(io.outputs, name, 'output'), 'output');
  if (labels.length === 0) throw new InferenceError('model_labels', 'the model has no labels');
  const { score, iou } = manifest.thresholds;
  const bad = createDecoder({ manifest, score, iou, masks: false, maps: false }).check(
    io.outputs.map((output) => ofOneFrame(output, batch)),
  );
  if (bad !== undefined) throw modelError(bad);
}

/** The exact number of frames that the graph takes; undefined where that is open. */
export function fixedBatch(io: ModelIo, input: ModelManifest['input']): number | undefined {
  const [rows] = named(io.inputs, input.name, 'input').shape;
  return typeof rows === 'number' ? rows : undefined;
}

/** An output as it is after it was cut along axis 0. */
function ofOneFrame(output: TensorInfo, batch: number): TensorInfo {
  const [rows, ...rest] = output.shape;
  return rows === batch ? { ...output, shape: [1, ...rest] } : output;
}

/** The error of a model that is not what its manifest says. */
export function modelError({ bad, message, advice }: BadOutput): InferenceError {
  const code = bad === 'values' ? 'model_shape' : bad;
  return new InferenceError(code, message, advice === undefined ? {} : { advice });
}

/** ONNX Runtime's binding cannot carry half precision to and from Node 24's Float16Array. */
function refuseHalf(info: TensorInfo, kind: string): void {
  if (info.type !== 'float16') return;
  throw new InferenceError('model_float16', `${kind} ${info.name} is float16 [${info.shape.join(', ')}]`);
}

function named(infos: readonly TensorInfo[], name: string, kind: string): TensorInfo {
  const info = infos.find((candidate) => candidate.name === name);
  if (info !== undefined) return info;
  const has = infos.map((candidate) => candidate.name).join(', ');
  throw new InferenceError('model_shape', `the model has no ${kind} called ${name}; it has ${has}`);
}

function fits(shape: readonly (number | string)[], wanted: readonly number[]): boolean {
  return shape.length === wanted.length && shape.every((size, i) => typeof size === 'string' || size === wanted[i]);
}

function mismatch(kind: string, info: TensorInfo, wanted: string): InferenceError {
  const is = `${info.type} [${info.shape.join(', ')}]`;
  return new InferenceError('model_shape', `${kind} ${info.name} is ${is}; the manifest requires ${wanted}`);
}
