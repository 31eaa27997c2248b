import { type BlockMeans, differ } from './luma-blocks.ts';

export interface MotionLimits {
  /** Levels, of 0 to 255, by which the mean of a block changes at least. */
  readonly change: number;
  /** Without a change, one frame is inspected in this time. */
  readonly floorMs: number;
}

/** After a change frames are inspected for this long, so that what moved is seen at rest too. */
export const AFTER_CHANGE_MS = 1_000;

/**
 * Decides for one model of a camera which frames show something new. It compares with the last frame that the model
 * received, not with the one before: a slow change adds up, and at any time the scene differs from what was inspected by less
 * than `change` in each block. What changes by less is seen after `floorMs` at the latest. Pure: time and pictures are
 * given to it.
 */
export class MotionGate {
  readonly #limits: MotionLimits;
  #inspected: { readonly means: BlockMeans; readonly atMs: number } | undefined;
  #changedMs = Number.NEGATIVE_INFINITY;

  constructor(limits: MotionLimits) {
    this.#limits = limits;
  }

  /** Whether the frame of this time is to be inspected; to be asked once for each frame that is otherwise due. */
  due(means: BlockMeans, atMs: number): boolean {
    const { change, floorMs } = this.#limits;
    const before = this.#inspected;
    // A clock that stepped back is that of a recording which begins again.
    const isNew = before === undefined || atMs < before.atMs || differ(before.means, means, change);
    if (isNew) this.#changedMs = atMs;
    const isDue = isNew || atMs - this.#changedMs <= AFTER_CHANGE_MS || atMs - before.atMs >= floorMs;
    if (isDue) this.#inspected = { means, atMs };
    return isDue;
  }

  /** The frame of this time was due and got no result: if no later one was, the next one is. */
  missed(atMs: number): void {
    if (this.#inspected?.atMs === atMs) this.#inspected = undefined;
  }
}
