import type { ModelManifest } from '@lineside/models';
import { type Outputs, type OutputTensor } from '@lineside/models/families';
import { InferenceError } from './errors.ts';
import { type PixelReader, pixelReader } from './pixels.ts';
import { inputShape } from './model-spec.ts';

/** The input of one run: the values, and the number of frames that the graph gets. */
export interface BatchFeed {
  readonly values: Uint8Array | Float32Array;
  /** Frames and padding. */
  readonly rows: number;
}

/**
 * Places frames one after the other for one run. A single frame is fed as it is, without a copy, unless the graph takes a
 * fixed number: then the rest is filled with zeros.
 */
export class BatchFeeder {
  readonly #one: PixelReader;
  readonly #input: ModelManifest['input'];
  readonly #fixed: number;
  /** Allocated when first needed, and reused for every run. */
  #rows: (Uint8Array | Float32Array)[] = [];
  #all: Uint8Array | Float32Array = new Uint8Array(0);

  /** `fixed`: the exact number of frames that the graph takes; undefined where that is open. */
  constructor(input: ModelManifest['input'], fixed: number | undefined) {
    this.#one = pixelReader(input);
    this.#input = input;
    this.#fixed = fixed ?? 1;
  }

  feed(frames: readonly Uint8Array[]): BatchFeed {
    const [first] = frames;
    const rows = Math.max(frames.length, this.#fixed);
    if (first !== undefined && rows === 1) return { values: this.#one(first), rows };
    this.#grow(rows);
    for (const [n, row] of this.#rows.slice(0, rows).entries()) {
      const frame = frames[n];
      if (frame === undefined) row.fill(0);
      else row.set(this.#one(frame));
    }
    return { values: this.#all.subarray(0, rows * valuesPerFrame(this.#input)), rows };
  }

  #grow(rows: number): void {
    if (this.#rows.length >= rows) return;
    const count = valuesPerFrame(this.#input);
    const all = this.#input.type === 'uint8' ? new Uint8Array(rows * count) : new Float32Array(rows * count);
    this.#all = all;
    this.#rows = Array.from({ length: rows }, (_, n) => all.subarray(n * count, (n + 1) * count));
  }
}

function valuesPerFrame(input: ModelManifest['input']): number {
  return inputShape(input).reduce((product, size) => product * size, 1);
}

/**
 * The outputs of each of the first `frames` of `rows`, cut along axis 0; views, no copies.
 *
 * @throws InferenceError `model_shape` for an output that does not have one part per frame.
 */
export function sliceOutputs(outputs: Outputs, frames: number, rows: number): readonly Outputs[] {
  if (rows === 1) return [outputs];
  for (const [name, { shape, data }] of outputs) {
    if (shape[0] === rows && data.length % rows === 0) continue;
    const given = `output ${name} is [${shape.join(', ')}] for ${rows} frames`;
    const advice = 'Leave the batch out of the manifest (`input.batch`), or export the model with an open batch.';
    throw new InferenceError('model_shape', `${given}: it has no part for each`, { advice });
  }
  return Array.from({ length: frames }, (_, n) => {
    const slices = [...outputs].map(([name, output]) => [name, sliceOf(output, n, rows)] as const);
    return new Map(slices);
  });
}

function sliceOf({ data, shape }: OutputTensor, n: number, rows: number): OutputTensor {
  const count = data.length / rows;
  return { data: data.subarray(n * count, (n + 1) * count), shape: [1, ...shape.slice(1)] };
}
