import type { Box, Track } from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';

/** A place is hidden when this fraction of it is covered. */
const HIDDEN_FRACTION = 0.3;
/** A place counts as hidden for this long after it was last covered: the detection of what covers it may flicker. */
const LINGER_MS = 2000;
/** Points along each side of a box at which it is tested whether another box covers it. */
const GRID = 8;

export interface OccluderOptions {
  /** Whether objects with this label can hide what the rule looks for. */
  readonly canHide: (label: string) => boolean;
  /** Tracks of another model that has had no result for longer say nothing any more. */
  readonly maxAgeMs: number;
}

/** The objects in the newest frame that can hide a subject, of all models of the camera. */
export class Occluders {
  readonly #options: OccluderOptions;
  readonly #coveredAtMs = new WeakMap<object, number>();
  #tracks: readonly Track[] = [];
  #atMs = 0;

  constructor(options: OccluderOptions) {
    this.#options = options;
  }

  /** Call this for each inspected frame before `hides`. Where another model lags or fails, its newest result holds on. */
  see(atMs: number, tracks: readonly Track[], others: readonly OtherTracks[]): void {
    const { canHide, maxAgeMs } = this.#options;
    const recent = others.filter((other) => Math.abs(atMs - other.atMs) <= maxAgeMs);
    this.#tracks = [...tracks, ...recent.flatMap((other) => other.tracks)].filter(({ label }) => canHide(label));
    this.#atMs = atMs;
  }

  /** Whether the place of `subject`, a box in source pixels, is covered now or was a moment ago. */
  hides(subject: object, place: Box): boolean {
    const isCovered =
      coveredFraction(
        place,
        this.#tracks.map(({ box }) => box),
      ) >= HIDDEN_FRACTION;
    if (isCovered) this.#coveredAtMs.set(subject, this.#atMs);
    const coveredAtMs = this.#coveredAtMs.get(subject);
    const sinceMs = coveredAtMs === undefined ? Number.NaN : this.#atMs - coveredAtMs;
    return sinceMs >= 0 && sinceMs <= LINGER_MS;
  }
}

/** Fraction of a box that the union of others covers, tested at points of a grid. */
function coveredFraction([x1, y1, x2, y2]: Box, others: readonly Box[]): number {
  const near = others.filter((other) => other[0] < x2 && other[2] > x1 && other[1] < y2 && other[3] > y1);
  if (near.length === 0) return 0;
  let covered = 0;
  for (let row = 0; row < GRID; row += 1) {
    const y = y1 + ((row + 0.5) / GRID) * (y2 - y1);
    for (let column = 0; column < GRID; column += 1) {
      const x = x1 + ((column + 0.5) / GRID) * (x2 - x1);
      if (near.some((other) => x >= other[0] && x <= other[2] && y >= other[1] && y <= other[3])) covered += 1;
    }
  }
  return covered / (GRID * GRID);
}
