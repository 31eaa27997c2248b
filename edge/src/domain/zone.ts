import type { Box, PictureSize } from '@lineside/models/output';

/** Point in fractions of the frame's width and height (0 to 1), so that a zone survives a change of resolution. */
export type Point = readonly [x: number, y: number];

export interface Zone {
  readonly id: string;
  readonly polygon: readonly Point[];
  /** Area of what it shows, in square metres, where that is known. */
  readonly areaM2?: number | undefined;
}

/** The whole frame, for rules without a zone. */
export const WHOLE_PICTURE: Zone = {
  id: 'picture',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
};

/** Even-odd rule; a point on the left or top edge is inside. */
export function contains(zone: Zone, point: Point): boolean {
  const [x, y] = point;
  let inside = false;
  let previous = zone.polygon.at(-1);
  for (const corner of zone.polygon) {
    if (previous === undefined) break;
    const [ax, ay] = corner;
    const [bx, by] = previous;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    previous = corner;
  }
  return inside;
}

/** Distance in pixels from a point to a zone; 0 inside of it. */
export function distanceTo(zone: Zone, point: Point, size: PictureSize): number {
  if (contains(zone, point)) return 0;
  let nearest = Number.POSITIVE_INFINITY;
  let previous = zone.polygon.at(-1);
  for (const corner of zone.polygon) {
    if (previous === undefined) break;
    nearest = Math.min(nearest, distanceToSide(previous, corner, point, size));
    previous = corner;
  }
  return nearest;
}

function distanceToSide(from: Point, to: Point, point: Point, { width, height }: PictureSize): number {
  const [dx, dy] = [(to[0] - from[0]) * width, (to[1] - from[1]) * height];
  const [px, py] = [(point[0] - from[0]) * width, (point[1] - from[1]) * height];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
  return Math.hypot(px - along * dx, py - along * dy);
}

/** Where a person or thing stands: the middle of its lower edge. */
export function footOf(box: Box, size: PictureSize): Point {
  return [(box[0] + box[2]) / 2 / size.width, Math.min(box[3], size.height) / size.height - 1e-9];
}

export function centreOf(box: Box, size: PictureSize): Point {
  return [(box[0] + box[2]) / 2 / size.width, (box[1] + box[3]) / 2 / size.height];
}
