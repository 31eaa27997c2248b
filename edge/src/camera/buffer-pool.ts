/**
 * Frame buffers to be used again, by size. Each has an ArrayBuffer of its own, so that it can be transferred to a
 * worker and back; what comes back may be another object over the same memory.
 */
export class BufferPool {
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>();
  readonly #keep: number;

  /** Keeps at most `keep` unused buffers of each size; further ones are left to the garbage collector. */
  constructor(keep = 8) {
    this.#keep = keep;
  }

  /** A buffer of exactly `bytes` bytes, with old contents. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#free.get(bytes)?.pop() ?? new Uint8Array(bytes);
  }

  /** Takes back a buffer that nobody reads any more. A detached one is ignored. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength === 0) return;
    const free = this.#free.get(buffer.byteLength);
    if (free === undefined) this.#free.set(buffer.byteLength, [buffer]);
    else if (free.length < this.#keep) free.push(buffer);
  }
}
