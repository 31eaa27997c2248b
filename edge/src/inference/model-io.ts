import { InferenceError } from './errors.ts';
import { inputShape, type ModelManifest } from './spec.ts';

/** What ONNX Runtime tells of an input or output; a dimension without a number has a name. */
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
 * Holds a model's inputs and outputs against its manifest.
 *
 * @throws InferenceError `model_shape` or `model_labels` with what was promised and what is.
 */
export function checkModelIo(io: ModelIo, manifest: ModelManifest): void {
  const { input, output, labels } = manifest;
  const fed = named(io.inputs, input.name, 'input');
  if (fed.type !== input.type || !fits(fed.shape, inputShape(input))) {
    throw mismatch('input', fed, `${input.type} [${inputShape(input).join(', ')}]`);
  }
  const others = io.inputs.filter(({ name }) => name !== input.name);
  if (others.length > 0) {
    throw new InferenceError('model_shape', `the model wants a second input, ${others[0]?.name ?? ''}`);
  }
  const read = named(io.outputs, output.name, 'output');
  if (read.type !== 'float32' || read.shape.length !== 3 || !fits(read.shape.slice(0, 1), [1])) {
    throw mismatch('output', read, 'float32 [1, 4 + classes, boxes]');
  }
  checkOutputShape(read.shape, manifest);
  if (labels.length === 0) throw new InferenceError('model_labels', 'the model has no labels');
}

/** Holds one output's shape against the number of labels; dimensions with a name are looked at when they have a number. */
export function checkOutputShape(shape: readonly (number | string)[], manifest: ModelManifest): void {
  const { output, labels } = manifest;
  const axis = output.layout === 'anchors_first' ? 2 : 1;
  const attributes = shape[axis];
  if (typeof attributes !== 'number' || attributes === 4 + labels.length) return;
  const told = `output ${output.name} is [${shape.join(', ')}]`;
  if (shape[3 - axis] === 4 + labels.length) {
    throw new InferenceError('model_shape', `${told}: boxes and attributes are the other way round`, {
      advice: 'Say so in the manifest (`output.layout`), or export the model with [1, 4 + classes, boxes].',
    });
  }
  throw new InferenceError('model_labels', `${told}: ${attributes - 4} classes, but there are ${labels.length} labels`);
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
  return new InferenceError('model_shape', `${kind} ${info.name} is ${is}; the manifest wants ${wanted}`);
}
