import { type Mask, type Point } from '../../domain/index.ts';

/** Columns [from, to) of one row that belong to a shape, in order and apart. */
type Spans = readonly (readonly [from: number, to: number])[];

/** Pixels of the image, row by row. */
interface Shape {
  readonly top: number;
  readonly rows: readonly Spans[];
}

/** IoU of a mask and a true polygon (pixels of the image), counted in pixels by their centres. */
export function maskIou(mask: Mask, polygon: readonly Point[]): number {
  const [found, real] = [shapeOfMask(mask), shapeOfPolygon(polygon)];
  const most = Math.max(found.top + found.rows.length, real.top + real.rows.length);
  let shared = 0;
  let all = 0;
  for (let y = Math.min(found.top, real.top); y < most; y += 1) {
    const [a, b] = [found.rows[y - found.top] ?? [], real.rows[y - real.top] ?? []];
    const both = common(a, b);
    shared += both;
    all += lengthOf(a) + lengthOf(b) - both;
  }
  return all === 0 ? 0 : shared / all;
}

function shapeOfMask({ x, y, width, height, runs }: Mask): Shape {
  const rows = Array.from({ length: height }, (): [number, number][] => []);
  let at = 0;
  for (const [index, run] of runs.entries()) {
    const end = at + run;
    // Runs go on from one row to the next.
    while (index % 2 === 1 && at < end) {
      const row = Math.floor(at / width);
      const stop = Math.min(end, (row + 1) * width);
      rows[row]?.push([x + at - row * width, x + stop - row * width]);
      at = stop;
    }
    at = end;
  }
  return { top: y, rows };
}

/** Even-odd, as every drawing tool fills. */
function shapeOfPolygon(polygon: readonly Point[]): Shape {
  const ys = polygon.map(([, y]) => y);
  const top = Math.floor(Math.min(...ys));
  const height = Math.max(0, Math.ceil(Math.max(...ys)) - top);
  return { top, rows: Array.from({ length: height }, (_, row) => spansAt(polygon, top + row + 0.5)) };
}

function spansAt(polygon: readonly Point[], y: number): Spans {
  const crossings = polygon
    .flatMap(([x1, y1], index) => {
      const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
      return y1 <= y === y2 <= y ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
    })
    .sort((a, b) => a - b);
  const spans: [number, number][] = [];
  for (let at = 0; at + 1 < crossings.length; at += 2) {
    const [from, to] = [Math.ceil((crossings[at] ?? 0) - 0.5), Math.ceil((crossings[at + 1] ?? 0) - 0.5)];
    if (to > from) spans.push([from, to]);
  }
  return spans;
}

function lengthOf(spans: Spans): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}

function common(a: Spans, b: Spans): number {
  return a.reduce(
    (sum, [from, to]) =>
      b.reduce((part, [low, high]) => part + Math.max(0, Math.min(to, high) - Math.max(from, low)), sum),
    0,
  );
}
