import type { BufferPool } from './buffer-pool.ts';

/** The outputs of one source frame, in the order of FFmpeg's pipes. */
export type FrameOutputs = readonly Uint8Array<ArrayBuffer>[];

interface Lane {
  readonly bytes: number;
  readonly ready: Uint8Array<ArrayBuffer>[];
  filling: Uint8Array<ArrayBuffer> | undefined;
  filled: number;
}

/**
 * Cuts byte streams into frames of exact size and joins those of the same source frame: every output carries every
 * frame once and in order, so the n-th of each belong together.
 */
export class FrameJoin {
  readonly #lanes: readonly Lane[];
  readonly #pool: BufferPool;
  readonly #onFrame: (outputs: FrameOutputs) => void;

  constructor(sizes: readonly number[], pool: BufferPool, onFrame: (outputs: FrameOutputs) => void) {
    this.#lanes = sizes.map((bytes) => ({ bytes, ready: [], filling: undefined, filled: 0 }));
    this.#pool = pool;
    this.#onFrame = onFrame;
  }

  /** Takes bytes that arrived on one output. */
  push(output: number, chunk: Uint8Array): void {
    const lane = this.#lanes[output];
    if (lane === undefined) throw new RangeError(`no output ${output}`);
    let from = 0;
    while (from < chunk.length) {
      lane.filling ??= this.#pool.take(lane.bytes);
      const part = chunk.subarray(from, from + lane.bytes - lane.filled);
      lane.filling.set(part, lane.filled);
      lane.filled += part.length;
      from += part.length;
      if (lane.filled < lane.bytes) return;
      lane.ready.push(lane.filling);
      lane.filling = undefined;
      lane.filled = 0;
      this.#emit();
    }
  }

  /** The stream ended: gives every buffer back; returns how many bytes did not make a complete frame. */
  end(): number {
    let dropped = 0;
    for (const lane of this.#lanes) {
      dropped += lane.filled + lane.ready.length * lane.bytes;
      for (const buffer of lane.ready.splice(0)) this.#pool.give(buffer);
      if (lane.filling !== undefined) this.#pool.give(lane.filling);
      lane.filling = undefined;
      lane.filled = 0;
    }
    return dropped;
  }

  #emit(): void {
    if (this.#lanes.some((lane) => lane.ready.length === 0)) return;
    const outputs = this.#lanes.flatMap((lane) => lane.ready.shift() ?? []);
    this.#onFrame(outputs);
  }
}
