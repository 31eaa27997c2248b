import type { BufferPool } from '../camera/index.ts';
import type { PictureSize } from '../domain/index.ts';

/** A picture of a camera, held for evidence and live view. */
export interface HeldFrame {
  readonly index: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  readonly source: PictureSize;
  /** Inspections that are still to come, and pictures being made of it. */
  pins: number;
  /** True once a model has looked at the frame: those are asked for. */
  inspected: boolean;
}

/**
 * The newest pictures of one camera. What a model is still looking at stays; of the others those that no model looked
 * at go first, so that a fast camera does not push out the frame that an event will speak of.
 */
export class FrameRing {
  readonly #pool: BufferPool;
  readonly #capacity: number;
  #held: HeldFrame[] = [];

  constructor(pool: BufferPool, capacity: number) {
    this.#pool = pool;
    this.#capacity = capacity;
  }

  hold(picture: HeldFrame): void {
    this.#held.push(picture);
    this.#evict();
  }

  /** The picture of frame `index`, or the newest when that is no longer held or none is named. */
  find(index?: number): HeldFrame | undefined {
    return this.#held.find((picture) => picture.index === index) ?? this.#held.at(-1);
  }

  /** Keeps a picture while it is being used. */
  pin(picture: HeldFrame): void {
    picture.pins += 1;
  }

  unpin(picture: HeldFrame): void {
    picture.pins -= 1;
    this.#evict();
  }

  #evict(): void {
    while (this.#held.length > this.#capacity) {
      const older = this.#held.slice(0, -1).filter(({ pins }) => pins === 0);
      const goes = older.find(({ inspected }) => !inspected) ?? older[0];
      if (goes === undefined) return;
      this.#held = this.#held.filter((picture) => picture !== goes);
      this.#pool.give(goes.pixels);
    }
  }
}
