import { convexHull, type Point, type Rectangle, smallestRectangle, widened } from './rectangle.ts';

/** For each pixel, how probable it is that it lies in the inner part of a line of text. */
export interface ProbabilityMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** As the models were published with (PaddleOCR, ppocr/postprocess/db_postprocess.py). */
const THRESHOLD = 0.3;
const LEAST_MEAN = 0.6;
const WIDENING = 1.5;
const LEAST_SIDE = 3;
const MOST_REGIONS = 100;

/**
 * Lines of text in a probability map (Liao et al., Real-time Scene Text Detection with Differentiable Binarization,
 * arXiv 1911.08947, section 3.4): connected pixels above a threshold, the smallest rectangle around each, kept where its
 * mean is high, and widened by area times 1.5 by circumference, because the map shows only the inner part of a line.
 */
export function textRegions(map: ProbabilityMap): readonly Rectangle[] {
  const seen = new Uint8Array(map.width * map.height);
  const regions: Rectangle[] = [];
  for (let at = 0; at < seen.length && regions.length < MOST_REGIONS; at += 1) {
    if (seen[at] === 1 || (map.values[at] ?? 0) <= THRESHOLD) continue;
    const rectangle = smallestRectangle(convexHull(outlineOf(map, seen, at)));
    if (rectangle === undefined || Math.min(rectangle.width, rectangle.height) < LEAST_SIDE) continue;
    if (meanInside(map, rectangle) < LEAST_MEAN) continue;
    const { width, height } = rectangle;
    regions.push(widened(rectangle, (width * height * WIDENING) / (2 * (width + height))));
  }
  return regions;
}

/** Marks the pixels that are connected with `start`, and returns the corners of the first and last one in each row. */
function outlineOf({ width, height, values }: ProbabilityMap, seen: Uint8Array, start: number): Point[] {
  const rows = new Map<number, readonly [first: number, last: number]>();
  const open = [start];
  seen[start] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const [first, last] = rows.get(y) ?? [x, x];
    rows.set(y, [Math.min(first, x), Math.max(last, x)]);
    for (const [dx, dy] of NEIGHBOURS) {
      const [u, v] = [x + dx, y + dy];
      const next = v * width + u;
      if (u < 0 || v < 0 || u >= width || v >= height || seen[next] === 1) continue;
      if ((values[next] ?? 0) <= THRESHOLD) continue;
      seen[next] = 1;
      open.push(next);
    }
  }
  return [...rows].flatMap(([y, [first, last]]): Point[] => [
    [first, y],
    [first, y + 1],
    [last + 1, y],
    [last + 1, y + 1],
  ]);
}

/** Eight neighbours: characters of one line may touch only at corners. */
const NEIGHBOURS = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));

function meanInside({ width, height, values }: ProbabilityMap, rectangle: Rectangle): number {
  const [cx, cy] = rectangle.centre;
  const reach = Math.hypot(rectangle.width, rectangle.height) / 2;
  const [left, right] = [Math.max(0, Math.floor(cx - reach)), Math.min(width - 1, Math.ceil(cx + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(cy - reach)), Math.min(height - 1, Math.ceil(cy + reach))];
  const [ux, uy] = rectangle.along;
  let [sum, count] = [0, 0];
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      const inside =
        Math.abs(dx * ux + dy * uy) * 2 <= rectangle.width && Math.abs(dy * ux - dx * uy) * 2 <= rectangle.height;
      if (!inside) continue;
      sum += values[y * width + x] ?? 0;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}
