import type { InferenceOutput, LeastScores, PictureSize } from '../../output/index.ts';
import type { ModelInput, OutputForm } from '../../form/index.ts';

/** The arrays that ONNX Runtime returns for the element types that a model's output may have; float16 is refused when loading. */
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

/** The frame that the outputs belong to. */
export interface DecodedFrame {
  readonly source: PictureSize;
  /** The letterboxed pixels that the model was given, packed, in the manifest's colour order. */
  readonly packed: Uint8Array;
}

/**
 * Why an output cannot be trusted. `model_shape` and `model_labels`: the model is not what its manifest says, and
 * will never be. `values`: the values for this frame are impossible.
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
    readonly thresholds: LeastScores & { readonly iou: number };
    /** Of a model that was taught on a device; while it is watching, it reports scores only. */
    readonly taught?: { readonly state: 'watching' | 'armed'; readonly mads: number } | undefined;
  };
  /** Least score, 0 to 1. */
  readonly score: number;
  /** Least scores of single labels, instead of `score`. */
  readonly labelScores?: LeastScores['labels'];
  /** IoU above which boxes of one class are one object; 0 to 1. */
  readonly iou: number;
  /** Whether masks are computed, where the model has them. */
  readonly masks: boolean;
  /** Whether the map of an anomaly is passed on. */
  readonly maps: boolean;
}

/** How one family reads outputs. Pure: no clock, and only buffers are kept from frame to frame. */
export interface OutputReader {
  /** What is wrong with the outputs' types and shapes, given in the order of the family's roles. */
  check(outputs: readonly DeclaredOutput[]): BadOutput | undefined;
  /** Only called with outputs that passed `check`. */
  read(outputs: readonly OutputTensor[], frame: DecodedFrame): InferenceOutput | BadOutput;
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

  /** Compares declared outputs with the manifest; a dimension that has a name always matches. */
  check(outputs: readonly DeclaredOutput[]): BadOutput | undefined {
    const inOrder: DeclaredOutput[] = [];
    for (const name of this.#names) {
      const output = outputs.find((candidate) => candidate.name === name);
      if (output === undefined) return missing(name, outputs);
      inOrder.push(output);
    }
    return this.#reader.check(inOrder);
  }

  decode(outputs: Outputs, frame: DecodedFrame): InferenceOutput | BadOutput {
    const bad = this.check([...outputs].map(([name, { shape }]) => ({ name, shape })));
    if (bad !== undefined) return bad;
    const inOrder = this.#names.flatMap((name) => outputs.get(name) ?? []);
    for (const [at, { data, shape }] of inOrder.entries()) {
      const count = shape.reduce((product, size) => product * size, 1);
      if (data.length !== count) {
        const message = `output ${this.#names[at]!} has ${data.length} values in shape [${shape.join(', ')}]`;
        return { bad: 'model_shape', message };
      }
    }
    return this.#reader.read(inOrder, frame);
  }
}

function missing(name: string, outputs: readonly DeclaredOutput[]): BadOutput {
  const has = outputs.map((candidate) => candidate.name).join(', ');
  return { bad: 'model_shape', message: `the model has no output called ${name}; it has ${has}` };
}
