import { type Box, contains, type PictureSize, type Point, type Zone } from '../../domain/index.ts';

/**
 * How much of a box lies in a zone: the larger of the fraction of the box in the zone and the fraction of the zone
 * under the box, 0 to 1, so that a spill that is larger than the zone counts too.
 */
export function zoneFraction(zone: Zone, box: Box, size: PictureSize): number {
  const { boxArea, zoneArea, sharedArea } = areas(zone, box, size);
  return boxArea === 0 || zoneArea === 0 ? 0 : Math.min(1, sharedArea / Math.min(boxArea, zoneArea));
}

/** The fraction of a box that lies in a zone, 0 to 1. */
export function boxFraction(zone: Zone, box: Box, size: PictureSize): number {
  const { boxArea, sharedArea } = areas(zone, box, size);
  return boxArea === 0 ? 0 : Math.min(1, sharedArea / boxArea);
}

/** Points along each side of the boxes at which it is tested what they cover. */
const GRID = 16;

/** The fraction of a zone that the union of boxes covers, 0 to 1. Exact for one box, which is the usual case. */
export function coveredFraction(zone: Zone, boxes: readonly Box[], size: PictureSize): number {
  const zoneArea = polygonArea(zone.polygon);
  const [only, ...others] = boxes;
  if (zoneArea === 0 || only === undefined) return 0;
  if (others.length === 0) return Math.min(1, areas(zone, only, size).sharedArea / zoneArea);
  const [x1, y1] = [Math.min(...boxes.map((box) => box[0])), Math.min(...boxes.map((box) => box[1]))];
  const [x2, y2] = [Math.max(...boxes.map((box) => box[2])), Math.max(...boxes.map((box) => box[3]))];
  let hits = 0;
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      const [x, y] = [x1 + ((column + 0.5) / GRID) * (x2 - x1), y1 + ((row + 0.5) / GRID) * (y2 - y1)];
      const isCovered = boxes.some((box) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
      if (isCovered && contains(zone, [x / size.width, y / size.height])) hits += 1;
    }
  }
  const around = ((x2 - x1) / size.width) * ((y2 - y1) / size.height);
  return Math.min(1, ((hits / (GRID * GRID)) * around) / zoneArea);
}

/** In fractions of the picture. Exact for any simple polygon (Sutherland and Hodgman 1974). */
function areas(
  zone: Zone,
  box: Box,
  size: PictureSize,
): { readonly boxArea: number; readonly zoneArea: number; readonly sharedArea: number } {
  const [x1, y1, x2, y2] = [box[0] / size.width, box[1] / size.height, box[2] / size.width, box[3] / size.height];
  const boxArea = Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
  const zoneArea = polygonArea(zone.polygon);
  let shared = zone.polygon;
  shared = clip(shared, ([x]) => x - x1);
  shared = clip(shared, ([x]) => x2 - x);
  shared = clip(shared, ([, y]) => y - y1);
  shared = clip(shared, ([, y]) => y2 - y);
  return { boxArea, zoneArea, sharedArea: polygonArea(shared) };
}

/** The part of a polygon where `depth` is not below 0. */
function clip(polygon: readonly Point[], depth: (point: Point) => number): readonly Point[] {
  const kept: Point[] = [];
  let previous = polygon.at(-1);
  for (const corner of polygon) {
    if (previous === undefined) break;
    const [before, now] = [depth(previous), depth(corner)];
    if (before < 0 !== now < 0) {
      const fraction = before / (before - now);
      kept.push([
        previous[0] + fraction * (corner[0] - previous[0]),
        previous[1] + fraction * (corner[1] - previous[1]),
      ]);
    }
    if (now >= 0) kept.push(corner);
    previous = corner;
  }
  return kept;
}

function polygonArea(polygon: readonly Point[]): number {
  let twice = 0;
  let previous = polygon.at(-1);
  for (const corner of polygon) {
    if (previous !== undefined) twice += previous[0] * corner[1] - corner[0] * previous[1];
    previous = corner;
  }
  return Math.abs(twice) / 2;
}
