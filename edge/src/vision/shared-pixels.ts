import type { BufferPool } from '../camera/index.ts';
import type { PictureSize } from '../domain/index.ts';

/** A frame from which several models crop their inputs; given back to the pool when the last one has finished. */
export class SharedPixels {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  readonly #pool: BufferPool;
  #holders: number;

  constructor(bytes: Uint8Array<ArrayBuffer>, size: PictureSize, pool: BufferPool, holders: number) {
    this.bytes = bytes;
    this.size = size;
    this.#pool = pool;
    this.#holders = holders;
    if (holders === 0) pool.give(bytes);
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#pool.give(this.bytes);
  }
}
