import type { BufferPool, YuvMatrix } from '../camera/index.ts';
import type { PictureSize } from '../domain/index.ts';

/** A frame of a camera, kept for snapshots and the live view. */
export interface HeldFrame {
  readonly index: number;
  /** Monotonic ms of its arrival. */
  readonly arrivedMs: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  /** Undefined for packed rgb; planes of luma and colour otherwise. */
  readonly matrix?: YuvMatrix | undefined;
  readonly source: PictureSize;
  /** Inspections without an outcome yet, and snapshots that are being drawn. */
  pins: number;
  /** True once a model has a result for the frame: snapshots are made of such frames. */
  inspected: boolean;
  /** Whether the people in it are covered; absent where nobody needs to be. */
  people?: 'waiting' | 'covered' | 'unknown';
}

/**
 * The newest frames of one camera. Frames that are being inspected stay. Of the others those without a result are
 * dropped first, so that a fast camera does not displace the frame of an event.
 */
export class FrameRing {
  readonly #pool: BufferPool;
  readonly #capacity: number;
  #held: HeldFrame[] = [];

  constructor(pool: BufferPool, capacity: number) {
    this.#pool = pool;
    this.#capacity = capacity;
  }

  hold(frame: HeldFrame): void {
    this.#held.push(frame);
    this.#evict();
  }

  /** Frame `index`, or the newest when that one is no longer kept or none is named. */
  find(index?: number): HeldFrame | undefined {
    return this.#held.find((frame) => frame.index === index) ?? this.#held.at(-1);
  }

  /** All that are held, oldest first. */
  get frames(): readonly HeldFrame[] {
    return this.#held;
  }

  /** Keeps a frame while it is used. */
  pin(frame: HeldFrame): void {
    frame.pins += 1;
  }

  unpin(frame: HeldFrame): void {
    frame.pins -= 1;
    this.#evict();
  }

  #evict(): void {
    while (this.#held.length > this.#capacity) {
      const older = this.#held.slice(0, -1).filter(({ pins }) => pins === 0);
      const dropped = older.find(({ inspected }) => !inspected) ?? older[0];
      if (dropped === undefined) return;
      this.#held = this.#held.filter((frame) => frame !== dropped);
      this.#pool.give(dropped.pixels);
    }
  }
}
