import { type Box, iou, type PictureSize, type Point, type Track } from '../../domain/index.ts';

/** A line from one point to another, in fractions of the picture. */
export type LinePoints = readonly [from: Point, to: Point];

/** One product that has crossed. `forward`: from the left of the line to its right, looking from its first point to its second. */
export interface Crossing {
  readonly direction: 'forward' | 'backward';
  readonly track: Track;
}

/** A product is on a side when its centre is this fraction of its own size away from the line. */
const MARGIN = 0.15;
/** A track that begins where another was lost so recently is the same product. */
const REMEMBER_MS = 1500;
/** ... where it is expected, to this fraction of its own size, or where the boxes overlap by so much. */
const NEAR = 0.75;
const OVERLAP = 0.2;

interface Known {
  /** -1: before the line, 1: behind it; 0: not yet known. */
  side: -1 | 0 | 1;
  box: Box;
  atMs: number;
  /** Pixels per millisecond. */
  speed: Point;
}

/**
 * Counts tracks that cross a line. A product that is lost at the line and is detected again behind it has crossed once;
 * one that stands on the line and trembles has not crossed.
 */
export class CrossingLine {
  readonly #line: LinePoints;
  readonly #known = new Map<number, Known>();
  readonly #lost: Known[] = [];

  constructor(line: LinePoints) {
    this.#line = line;
  }

  /** The products that crossed at this frame. `tracks`: those of one label; boxes and `picture` in pixels. */
  see(atMs: number, tracks: readonly Track[], picture: PictureSize): readonly Crossing[] {
    this.#forget(atMs, tracks);
    return tracks.flatMap((track) => {
      if (!track.confirmed || track.missed > 0) return [];
      const known = this.#known.get(track.id) ?? this.#recognise(atMs, track) ?? newKnown(track.box, atMs);
      this.#known.set(track.id, known);
      const before = known.box;
      const elapsedMs = atMs - known.atMs;
      if (elapsedMs > 0) known.speed = speedOf(before, track.box, elapsedMs);
      known.box = track.box;
      known.atMs = atMs;
      const side = this.#sideOf(track.box, picture);
      if (side === 0) return [];
      const was = known.side;
      known.side = side;
      if (was === 0 || was === side || !this.#isPassed(before, track.box, picture)) return [];
      return [{ direction: side === 1 ? ('forward' as const) : ('backward' as const), track }];
    });
  }

  /** Everything starts anew: after a gap in which products may have passed unseen. */
  clear(): void {
    this.#known.clear();
    this.#lost.length = 0;
  }

  #forget(atMs: number, tracks: readonly Track[]): void {
    const ids = new Set(tracks.map(({ id }) => id));
    for (const [id, known] of this.#known) {
      if (ids.has(id)) continue;
      this.#known.delete(id);
      this.#lost.push(known);
    }
    const kept = this.#lost.filter((known) => atMs - known.atMs <= REMEMBER_MS);
    this.#lost.splice(0, this.#lost.length, ...kept);
  }

  /** The product that was lost where this track begins. */
  #recognise(atMs: number, { box }: Track): Known | undefined {
    const size = Math.max(box[2] - box[0], box[3] - box[1]);
    const distances = this.#lost.map((known, index) => {
      const expected = moved(known.box, known.speed, atMs - known.atMs);
      const away = Math.min(distance(expected, box), distance(known.box, box));
      const isSame = away <= NEAR * size || iou(known.box, box) >= OVERLAP;
      return { index, known, away: isSame ? away : Number.POSITIVE_INFINITY };
    });
    const nearest = distances.toSorted((a, b) => a.away - b.away)[0];
    if (nearest === undefined || !Number.isFinite(nearest.away)) return undefined;
    this.#lost.splice(nearest.index, 1);
    return nearest.known;
  }

  #sideOf(box: Box, picture: PictureSize): -1 | 0 | 1 {
    const [from, to] = this.#pixels(picture);
    const [nx, ny] = normalOf(from, to);
    const [x, y] = centre(box);
    const away = (x - from[0]) * nx + (y - from[1]) * ny;
    const extent = Math.abs(nx) * (box[2] - box[0]) + Math.abs(ny) * (box[3] - box[1]);
    if (Math.abs(away) < Math.max(1, MARGIN * extent)) return 0;
    return away > 0 ? 1 : -1;
  }

  /** Whether it went through the line, and not around its ends. */
  #isPassed(before: Box, box: Box, picture: PictureSize): boolean {
    const [from, to] = this.#pixels(picture);
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const along: Point = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const half = Math.abs(along[0]) * (box[2] - box[0]) * 0.5 + Math.abs(along[1]) * (box[3] - box[1]) * 0.5;
    const [a, b] = [centre(before), centre(box)];
    const place = ((a[0] + b[0]) / 2 - from[0]) * along[0] + ((a[1] + b[1]) / 2 - from[1]) * along[1];
    return place >= -half && place <= length + half;
  }

  #pixels({ width, height }: PictureSize): LinePoints {
    const [from, to] = this.#line;
    return [
      [from[0] * width, from[1] * height],
      [to[0] * width, to[1] * height],
    ];
  }
}

function newKnown(box: Box, atMs: number): Known {
  return { side: 0, box, atMs, speed: [0, 0] };
}

/** To the right, looking along the line, in a picture whose y axis points down. */
function normalOf(from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  return [-dy / length, dx / length];
}

function centre(box: Box): Point {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

function distance(a: Box, b: Box): number {
  const [from, to] = [centre(a), centre(b)];
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

function speedOf(before: Box, after: Box, ms: number): Point {
  const [from, to] = [centre(before), centre(after)];
  return [(to[0] - from[0]) / ms, (to[1] - from[1]) / ms];
}

function moved([x1, y1, x2, y2]: Box, [dx, dy]: Point, ms: number): Box {
  return [x1 + dx * ms, y1 + dy * ms, x2 + dx * ms, y2 + dy * ms];
}
