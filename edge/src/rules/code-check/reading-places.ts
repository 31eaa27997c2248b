/** The centre of a pack as fractions of the picture, and the size of its box in the same unit. */
export interface PackPlace {
  readonly at: readonly [x: number, y: number];
  readonly size: readonly [width: number, height: number];
}

/** A pack that stands, or is hardly moving, is read again after this time. */
const STANDING_MS = 2000;
/** A pack that fills the picture has at least this way past the camera, as a fraction of the picture. */
const LEAST_WAY = 0.25;

/**
 * Where a pack is read on its way past the camera. What covers its print in one place, such as the reflection of a lamp,
 * covers it in the next frame too, and not half a picture later: so the first readings come soon after each other, and the
 * later ones ever farther apart.
 */
export class ReadingPlaces {
  #first: readonly [x: number, y: number] | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;

  /** Whether the next reading is due, when `asked` of at most `most` were asked for. */
  isDue({ at, size }: PackPlace, atMs: number, asked: number, most: number): boolean {
    if (this.#first === undefined || atMs - this.#askedMs >= STANDING_MS) return true;
    const [x, y] = this.#first;
    const passed = Math.max(partOf(at[0] - x, size[0]), partOf(at[1] - y, size[1]));
    return passed >= (asked / most) ** 2;
  }

  asked({ at }: PackPlace, atMs: number): void {
    this.#first ??= at;
    this.#askedMs = atMs;
  }
}

/** A distance as a fraction of the way from edge to edge that a pack of this size has. */
function partOf(distance: number, size: number): number {
  return Math.abs(distance) / Math.max(LEAST_WAY, 1 - size);
}
