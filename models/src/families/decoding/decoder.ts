import type { PictureSize, InferenceOutput } from '../../output/index.ts';
import type { ModelInput, OutputForm } from '../../form/index.ts';

/** What ONNX Runtime gives for the element types that a model's output may have; float16 is refused when loading. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array;

/** One output of one run. */
export interface OutputTensor {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

export type Outputs = ReadonlyMap<string, OutputTensor>;

/** One output as the file declares it: a dimension that is open has a name, the type may be unknown. */
export interface DeclaredOutput {
  readonly name: string;
  readonly type?: string;
  readonly shape: readonly (number | string)[];
}

/** The picture that the outputs speak of. */
export interface Picture {
  readonly source: PictureSize;
  /** The letterboxed pixels that the model was given, packed, in the manifest's colour order. */
  readonly packed: Uint8Array;
}

/**
 * Why an output cannot be believed. `model_shape` and `model_labels`: the model is not what its manifest says, and
 * never will be. `values`: the numbers of this picture are impossible.
 */
export interface BadOutput {
  readonly bad: 'model_shape' | 'model_labels' | 'values';
  readonly message: string;
  readonly advice?: string;
}

export interface DecoderOptions {
  readonly manifest: {
    readonly input: ModelInput;
    readonly output: OutputForm;
    readonly labels: readonly string[];
    readonly thresholds: { readonly score: number; readonly iou: number };
  };
  /** Least score, 0 to 1. */
  readonly score: number;
  /** Boxes of one class that share more than this are one object; 0 to 1. */
  readonly iou: number;
  /** Whether outlines are wanted of a model that can give them. */
  readonly masks: boolean;
  /** Whether the map of an anomaly is wanted. */
  readonly maps: boolean;
}

/** One family's way of reading. Pure: no clock, nothing kept from picture to picture but buffers. */
export interface OutputReader {
  /** What is wrong with the outputs' types and shapes, given in the order of the family's roles. */
  check(outputs: readonly DeclaredOutput[]): BadOutput | undefined;
  /** Only called with outputs that passed `check`. */
  read(outputs: readonly OutputTensor[], picture: Picture): InferenceOutput | BadOutput;
}

export function isBad(value: object | undefined): value is BadOutput {
  return value !== undefined && 'bad' in value;
}

/** Reads a model's outputs; never throws for what a model can do wrong. */
export class Decoder {
  readonly #names: readonly string[];
  readonly #reader: OutputReader;

  constructor(names: readonly string[], reader: OutputReader) {
    this.#names = names;
    this.#reader = reader;
  }

  /** Holds declared outputs against the manifest; a dimension with a name passes. */
  check(outputs: readonly DeclaredOutput[]): BadOutput | undefined {
    const inOrder: DeclaredOutput[] = [];
    for (const name of this.#names) {
      const output = outputs.find((candidate) => candidate.name === name);
      if (output === undefined) return missing(name, outputs);
      inOrder.push(output);
    }
    return this.#reader.check(inOrder);
  }

  decode(outputs: Outputs, picture: Picture): InferenceOutput | BadOutput {
    const bad = this.check([...outputs].map(([name, { shape }]) => ({ name, shape })));
    if (bad !== undefined) return bad;
    const inOrder = this.#names.flatMap((name) => outputs.get(name) ?? []);
    for (const [at, { data, shape }] of inOrder.entries()) {
      const count = shape.reduce((product, size) => product * size, 1);
      if (data.length !== count) {
        const told = `output ${this.#names[at]!} has ${data.length} values in shape [${shape.join(', ')}]`;
        return { bad: 'model_shape', message: told };
      }
    }
    return this.#reader.read(inOrder, picture);
  }
}

function missing(name: string, outputs: readonly DeclaredOutput[]): BadOutput {
  const has = outputs.map((candidate) => candidate.name).join(', ');
  return { bad: 'model_shape', message: `the model has no output called ${name}; it has ${has}` };
}
