export type Point = readonly [x: number, y: number];

/** A rectangle in any direction. */
export interface Rectangle {
  readonly centre: Point;
  /** Unit vector along its width, which is read from left to right or from top to bottom. */
  readonly along: Point;
  readonly width: number;
  readonly height: number;
}

/** Where one side is not this much longer, the text runs along the side that is nearer to the horizontal. */
const CLEARLY_LONGER = 1.5;

/** Corners of the convex hull, counter-clockwise in a system with y upwards (monotone chain, Andrew 1979). */
export function convexHull(points: readonly Point[]): readonly Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (from: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of from) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

function turn([ax, ay]: Point = [0, 0], [bx, by]: Point = [0, 0], [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/**
 * The smallest rectangle around a hull: one of its sides lies on an edge of the hull (Freeman and Shapira 1975). Undefined
 * for a hull without area.
 */
export function smallestRectangle(hull: readonly Point[]): Rectangle | undefined {
  let smallest: Rectangle | undefined;
  hull.forEach((from, index) => {
    const to = hull[(index + 1) % hull.length] ?? from;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length === 0) return;
    const candidate = around(hull, [(to[0] - from[0]) / length, (to[1] - from[1]) / length]);
    const area = candidate.width * candidate.height;
    if (area > 0 && (smallest === undefined || area < smallest.width * smallest.height)) smallest = candidate;
  });
  return smallest && directed(smallest);
}

/** The same rectangle, with `distance` more on every side. */
export function widened(rectangle: Rectangle, distance: number): Rectangle {
  return { ...rectangle, width: rectangle.width + 2 * distance, height: rectangle.height + 2 * distance };
}

/** Top left, top right, bottom right, bottom left as the text is read. */
export function cornersOf({ centre, along, width, height }: Rectangle): readonly [Point, Point, Point, Point] {
  const corner = (right: number, down: number): Point => [
    centre[0] + (along[0] * right * width - along[1] * down * height) / 2,
    centre[1] + (along[1] * right * width + along[0] * down * height) / 2,
  ];
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

function around(hull: readonly Point[], along: Point): Rectangle {
  const [ux, uy] = along;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of hull) {
    const [u, v] = [x * ux + y * uy, -x * uy + y * ux];
    [left, right, top, bottom] = [Math.min(left, u), Math.max(right, u), Math.min(top, v), Math.max(bottom, v)];
  }
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  return { centre: [u * ux - v * uy, u * uy + v * ux], along, width: right - left, height: bottom - top };
}

/** With its width along the text: along the longer side, or nearer to the horizontal where it is nearly square. */
function directed(rectangle: Rectangle): Rectangle {
  const { along, width, height } = rectangle;
  const steep = Math.abs(along[1]) > Math.abs(along[0]);
  const long = width >= height;
  const turned = Math.max(width, height) < CLEARLY_LONGER * Math.min(width, height) ? steep : !long;
  const [x, y] = turned ? [-along[1], along[0]] : along;
  const backwards = Math.abs(x) >= Math.abs(y) ? x < 0 : y < 0;
  return {
    ...rectangle,
    along: backwards ? [-x, -y] : [x, y],
    width: turned ? height : width,
    height: turned ? width : height,
  };
}
