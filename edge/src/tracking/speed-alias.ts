import type { Box, PictureSize } from '../domain/index.ts';

/** Where the objects of one label are in one frame: the centres of their boxes in pixels. */
export type Places = readonly (readonly [x: number, y: number])[];

interface Scene extends PictureSize {
  /** Size of the tracked objects. */
  readonly size: number;
  /** Edges at which objects enter and leave: there they may be detected or not. */
  readonly marginX: number;
  readonly marginY: number;
}

type Shift = readonly [dx: number, dy: number];

/** A place further than this from where it should be is not explained. In sizes, as all values below. */
const TOLERANCE = 0.35;
/** Cost of a step of one size: where two speeds explain the frames equally well, the slower one is more likely. */
const COST_OF_SPEED = 0.05;
/** How much cheaper the slower speed must be, so that the noise of boxes does not decide. */
const MARGIN = 0.05;
/** With more objects than this there is no row, and the search would take long. */
const MOST = 60;

export function placesOf(boxes: readonly Box[]): Places {
  return boxes.map(([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2]);
}

/**
 * The step from `before` to `now` that explains both better than `step` does and is shorter, or undefined.
 *
 * A row of equal objects that moves by a little looks the same as one that moves by one spacing more, as a wheel in a
 * film seems to turn backwards. Once tracks were matched with their neighbours, all of them agree on a false speed and
 * keep it. Three things reveal it: products are not spaced quite evenly, a false speed needs objects that appear and
 * disappear in the middle of the frame, and the frame rate of a line suits the speed of its products.
 */
export function slowerAlias(
  before: Places,
  now: Places,
  step: Shift,
  size: number,
  picture: PictureSize,
): Shift | undefined {
  if (before.length < 2 || now.length < 2 || before.length > MOST || now.length > MOST) return undefined;
  const length = Math.hypot(...step);
  const sideways = Math.abs(step[0]) >= Math.abs(step[1]);
  const scene = { size, ...picture, marginX: sideways ? size : 0, marginY: sideways ? 0 : size };
  const centre = nearestTo(before, [picture.width / 2, picture.height / 2]);
  let best: { readonly cost: number; readonly step: Shift } | undefined;
  for (const place of now) {
    const candidate: Shift = [place[0] - centre[0], place[1] - centre[1]];
    if (Math.hypot(...candidate) > length - TOLERANCE * size) continue;
    const cost = costOf(before, now, candidate, scene);
    if (best === undefined || cost < best.cost) best = { cost, step: candidate };
  }
  if (best === undefined) return undefined;
  return best.cost + MARGIN < costOf(before, now, step, scene) ? best.step : undefined;
}

/** Mean distance in sizes between expected and actual places, and the cost of the speed. */
function costOf(before: Places, now: Places, [dx, dy]: Shift, scene: Scene): number {
  const gone = before.map(([x, y]) => unexplained([x + dx, y + dy], now, scene));
  const come = now.map(([x, y]) => unexplained([x - dx, y - dy], before, scene));
  const explained = [...gone, ...come].filter((cost) => cost !== undefined);
  // A speed that carries everything out of the frame explains nothing.
  if (explained.length === 0) return Number.POSITIVE_INFINITY;
  const mean = explained.reduce((sum, cost) => sum + cost, 0) / explained.length;
  return mean + (COST_OF_SPEED * Math.hypot(dx, dy)) / scene.size;
}

/** Undefined for what should be at an edge or beyond. */
function unexplained(
  [x, y]: readonly [number, number],
  places: Places,
  { size, width, height, marginX, marginY }: Scene,
): number | undefined {
  if (x < marginX || x > width - marginX || y < marginY || y > height - marginY) return undefined;
  const distance = Math.min(...places.map((place) => Math.hypot(place[0] - x, place[1] - y))) / size;
  return Math.min(TOLERANCE, distance);
}

function nearestTo(places: Places, point: readonly [number, number]): readonly [number, number] {
  const distance = ([x, y]: readonly [number, number]): number => Math.hypot(x - point[0], y - point[1]);
  return places.reduce((best, place) => (distance(place) < distance(best) ? place : best));
}
