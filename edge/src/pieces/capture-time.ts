import type { FrameRef } from '../domain/index.ts';

/** Frames whose delay is remembered. */
const REMEMBERED = 100;

/**
 * When frames were taken, on this machine's clock, apart from a delay that stays: the delay of the promptest frame. A frame
 * that waited in the network belongs to an earlier moment than that of its arrival.
 */
export class CaptureTime {
  readonly #delays: number[] = [];

  /** Monotonic ms at which this frame would have arrived without waiting. */
  of({ atMs, mediaMs }: FrameRef): number {
    if (mediaMs === undefined) return atMs;
    this.#delays.push(atMs - mediaMs);
    if (this.#delays.length > REMEMBERED) this.#delays.shift();
    return Math.min(atMs, mediaMs + Math.min(...this.#delays));
  }
}
