import type { SharedPixels } from './shared-pixels.ts';

/** Frames that are kept after their result, for requests that are still to come. */
const KEPT = 4;

interface Readable {
  readonly index: number;
  readonly pixels: SharedPixels;
  /** Results that are still to come. */
  open: number;
}

/** The newest frames of one camera at the source's own size, from which regions of products are read on request. */
export class ReadableFrames {
  #frames: Readable[] = [];

  /** Keeps a frame for as many results as are to come; they decide whether its products can be read. */
  hold(index: number, pixels: SharedPixels, results: number): void {
    this.#frames.push({ index, pixels, open: results });
  }

  /** One result of a frame is known; `hasProducts` where it shows anything. */
  outcome(index: number, hasProducts: boolean): void {
    const frame = this.#frames.find((one) => one.index === index);
    if (frame === undefined) return;
    frame.open -= 1;
    if (frame.open <= 0 && !hasProducts) this.#drop(frame);
    const done = this.#frames.filter(({ open }) => open <= 0);
    for (const old of done.slice(0, Math.max(0, done.length - KEPT))) this.#drop(old);
  }

  find(index: number): SharedPixels | undefined {
    return this.#frames.find((frame) => frame.index === index)?.pixels;
  }

  #drop(frame: Readable): void {
    this.#frames = this.#frames.filter((one) => one !== frame);
    frame.pixels.release();
  }
}
