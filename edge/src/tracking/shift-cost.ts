import type { Box, PictureSize } from '../domain/index.ts';

/** Where one object is: the centre of its box and half of its sides, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** Where the objects of one label are in one frame. */
export type Places = readonly Place[];

export interface Scene extends PictureSize {
  /** Size of the tracked objects, pixels. */
  readonly size: number;
}

/** Pixels from one frame to the next. */
export type Shift = readonly [dx: number, dy: number];

/** A place further than this from where it should be is not explained. In sizes. */
const TOLERANCE = 0.35;
/** With more objects than this there is no row, and the search would take long. */
export const MOST = 40;

export function placesOf(boxes: readonly Box[]): Places {
  return boxes.map(([x1, y1, x2, y2]) => ({
    ...{ x: (x1 + x2) / 2, y: (y1 + y2) / 2 },
    ...{ halfWidth: (x2 - x1) / 2, halfHeight: (y2 - y1) / 2 },
  }));
}

/** The `count` places that are nearest to a point. */
export function nearestTo(places: Places, [px, py]: readonly [number, number], count: number): Places {
  const distance = ({ x, y }: Place): number => Math.hypot(x - px, y - py);
  return places.toSorted((a, b) => distance(a) - distance(b)).slice(0, count);
}

/** A box that comes nearer than this to an edge of the frame is cut off by it. In pixels. */
export const EDGE = 3;

/** How well a step explains two frames: the sum of the distances in sizes, over so many pairs of places. */
export interface Cost {
  readonly sum: number;
  readonly pairs: number;
}

/**
 * Distances in sizes, each at most TOLERANCE, between where the objects of two frames should be after `step` and where
 * they are; undefined where no object of either frame should be inside the other. Objects that an edge cuts off, at
 * which they enter and leave, are left out: they may be detected or not, and their centres are not those of their boxes.
 */
export function costOf(before: Places, now: Places, [dx, dy]: Shift, scene: Scene): Cost | undefined {
  const sideways = Math.abs(dx) >= Math.abs(dy);
  const gone = before.flatMap((place) => distanceFrom(place, [dx, dy], now, scene, sideways));
  const come = now.flatMap((place) => distanceFrom(place, [-dx, -dy], before, scene, sideways));
  const all = [...gone, ...come];
  if (all.length === 0) return undefined;
  return { sum: all.reduce((sum, distance) => sum + distance, 0) / 2, pairs: all.length / 2 };
}

/** The step near `step` that fits the two frames best; undefined where it explains nothing. */
export function shiftBetween(before: Places, now: Places, step: Shift, scene: Scene): Shift | undefined {
  const sideways = Math.abs(step[0]) >= Math.abs(step[1]);
  const offsets = before.flatMap((place) => {
    const expected = moved(place, step);
    if (isCut(expected, scene, sideways) || isCut(place, scene, sideways)) return [];
    const found = nearest(now, expected);
    if (found === undefined || isCut(found, scene, sideways)) return [];
    const offset = [found.x - expected.x, found.y - expected.y] as const;
    return Math.hypot(...offset) > TOLERANCE * scene.size ? [] : [offset];
  });
  if (offsets.length === 0) return undefined;
  return [step[0] + middle(offsets.map(([x]) => x)), step[1] + middle(offsets.map(([, y]) => y))];
}

function moved(place: Place, [dx, dy]: Shift): Place {
  return { ...place, x: place.x + dx, y: place.y + dy };
}

/** Whether an edge across the motion cuts a box off. */
function isCut({ x, y, halfWidth, halfHeight }: Place, { width, height }: Scene, sideways: boolean): boolean {
  return sideways
    ? x - halfWidth < EDGE || x + halfWidth > width - EDGE
    : y - halfHeight < EDGE || y + halfHeight > height - EDGE;
}

/** Empty for what is cut off or should be, and for what should be outside. */
function distanceFrom(own: Place, step: Shift, places: Places, scene: Scene, sideways: boolean): number[] {
  const expected = moved(own, step);
  if (isCut(own, scene, sideways) || isCut(expected, scene, sideways)) return [];
  const found = nearest(places, expected);
  if (found === undefined) return [TOLERANCE];
  return [Math.min(TOLERANCE, Math.hypot(found.x - expected.x, found.y - expected.y) / scene.size)];
}

function nearest(places: Places, { x, y }: Place): Place | undefined {
  let best: Place | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const distance = Math.hypot(place.x - x, place.y - y);
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
