import { type Box, iou } from '../../domain/index.ts';

/** An object stands still while its centre stays within this many of its own sizes. */
const STILL_SIZES = 0.25;
/** An object moves less than this many of its own sizes between two frames. */
const NEAR_SIZES = 1;
/** It must have stood still for this long. */
const STILL_MS = 1000;
/** IoU with the last box from which on an object is at the same place. */
const SAME_PLACE_IOU = 0.4;

/**
 * Where an object was last seen. An object that stood still and vanished is still there when another track of the same
 * label begins at its place. For one that moved, nobody can tell.
 */
export class Place {
  #box: Box | undefined;
  #atMs = 0;
  #from: { readonly box: Box; readonly atMs: number } | undefined;
  #still: { readonly box: Box; readonly atMs: number } | undefined;

  get box(): Box | undefined {
    return this.#box;
  }

  /** Whether it stood still when it was last seen. */
  get isStill(): boolean {
    return this.#still !== undefined && this.#still.atMs === this.#atMs;
  }

  see(box: Box, atMs: number): void {
    if (this.#from === undefined || sizesBetween(this.#from.box, box) > STILL_SIZES) this.#from = { box, atMs };
    this.#box = box;
    this.#atMs = atMs;
    if (atMs - this.#from.atMs >= STILL_MS) this.#still = { box, atMs };
  }

  /** Whether a box is so close to the last one that the object can have moved there between two frames. */
  isNear(box: Box): boolean {
    return this.#box !== undefined && sizesBetween(this.#box, box) <= NEAR_SIZES;
  }

  /**
   * Whether an object at this box can be the one that vanished here. `astrayMs`: for how long before that the object's
   * track can have followed another one.
   */
  isAt(box: Box, astrayMs = 0): boolean {
    const still = this.#still;
    return still !== undefined && this.#atMs - still.atMs <= astrayMs && iou(still.box, box) >= SAME_PLACE_IOU;
  }
}

/** Distance between the centres of two boxes, in sizes (geometric mean of width and height) of the first. */
function sizesBetween(a: Box, b: Box): number {
  const size = Math.sqrt(Math.max(1, (a[2] - a[0]) * (a[3] - a[1])));
  return Math.hypot((a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2) / size;
}
