import { area, type PictureSize, type Track, type Zone } from '../../domain/index.ts';
import { boxFraction } from '../geometry/index.ts';

export interface ObjectFilterOptions {
  /** Labels of the objects that are filtered; others pass. */
  readonly labels: readonly string[];
  /** Least and greatest area of an object's box, as fractions of the picture. */
  readonly minSize: number;
  readonly maxSize: number;
  readonly masks: readonly Zone[];
}

/** An object counts as lying in a mask from this fraction of its box on. */
const MASKED = 0.5;
/** An object that counted goes on to count while it is beyond a limit by no more than this fraction. */
const TOLERANCE = 0.2;

/** Which objects count, by their size and place. One whose size is close to a limit does not come and go. */
export class ObjectFilter {
  readonly #options: ObjectFilterOptions;
  readonly #isIdle: boolean;
  #counted: ReadonlySet<number> = new Set();

  constructor(options: ObjectFilterOptions) {
    this.#options = options;
    this.#isIdle = options.minSize === 0 && options.maxSize === 1 && options.masks.length === 0;
  }

  /** The tracks of one frame that count. */
  keep(tracks: readonly Track[], picture: PictureSize): readonly Track[] {
    if (this.#isIdle) return tracks;
    const kept = tracks.filter((track) => !this.#options.labels.includes(track.label) || this.#counts(track, picture));
    this.#counted = new Set(kept.map(({ id }) => id));
    return kept;
  }

  #counts({ id, box }: Track, picture: PictureSize): boolean {
    const { minSize, maxSize, masks } = this.#options;
    const tolerance = this.#counted.has(id) ? TOLERANCE : 0;
    const size = area(box) / (picture.width * picture.height);
    if (size < minSize * (1 - tolerance) || size > maxSize * (1 + tolerance)) return false;
    return masks.every((mask) => boxFraction(mask, box, picture) < MASKED * (1 + tolerance));
  }
}
