/** Corners x1, y1, x2, y2 in pixels of the source frame. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export interface Detection {
  readonly label: string;
  readonly classId: number;
  /** 0 to 1. */
  readonly score: number;
  readonly box: Box;
  /** The object's outline, for models that give one. */
  readonly mask?: Mask;
}

/**
 * Pixels of the source frame within a rectangle: lengths of runs, row by row without a break at the end of a row,
 * beginning with pixels outside the object (0 where the first is inside). They sum to width * height.
 */
export interface Mask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly runs: readonly number[];
}

/** Area in square pixels; 0 for a box without extent. */
export function area(box: Box): number {
  return Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1]);
}

/** Area of the intersection of two boxes. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0 to 1; 0 where both are empty. */
export function iou(a: Box, b: Box): number {
  const shared = intersection(a, b);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}
