import { type Box, type Detection, iou, type PictureSize } from '../domain/index.ts';
import { assign } from './assignment.ts';
import { sizeOf } from './box-motion.ts';
import { EDGE } from './shift-cost.ts';
import type { TrackState } from './track-state.ts';
import type { TrackerOptions } from './options.ts';

export interface Pairing {
  readonly pairs: readonly (readonly [track: TrackState, detection: Detection])[];
  readonly tracks: readonly TrackState[];
  readonly detections: readonly Detection[];
}

/** Pairs by overlap of predicted and detected box; the rest comes back in the order given. */
export function matchByOverlap(
  tracks: readonly TrackState[],
  detections: readonly Detection[],
  minIou: number,
): Pairing {
  const predicted = tracks.map((track) => track.motion.box());
  return match(tracks, detections, 1 - minIou, (row, detection) => {
    const overlap = iou(predicted[row]!, detection.box);
    // A whisker under the limit, so that an overlap of just `minIou` counts.
    return overlap >= minIou && overlap > 0 ? 1 - overlap - 1e-9 : Number.POSITIVE_INFINITY;
  });
}

/** Time over which reach grows: after longer, the guess would be too wild. */
const REACH_LIMIT_MS = 500;
/** Slack for the detector's wavering, in sizes, and the most that an object's size changes between two frames. */
const SLACK = 0.25;
const SIZE_CHANGE = 1.6;

/**
 * Pairs by distance between predicted and detected centre, for objects that move further than their own size between
 * two frames, where boxes never overlap. Sizes must be alike.
 */
export function matchByDistance(
  tracks: readonly TrackState[],
  detections: readonly Detection[],
  { mediaMs, ...picture }: PictureSize & { readonly mediaMs: number },
  options: TrackerOptions,
): Pairing {
  return match(tracks, detections, 1, (row, detection) => {
    const track = tracks[row]!;
    const speed = track.speedKnown ? options.reach : options.newbornReach;
    if (speed <= 0) return Number.POSITIVE_INFINITY;
    const box = track.motion.box();
    const cut = cutSides(track.box, detection.box, picture);
    const size = Math.max(sizeOf(box), cut.x || cut.y ? sizeOf(detection.box) : 0);
    const change = sizeChange(box, detection.box, cut);
    if (change > SIZE_CHANGE) return Number.POSITIVE_INFINITY;
    const seconds = Math.min(REACH_LIMIT_MS, track.unseenMs(mediaMs)) / 1000;
    const allowed = (SLACK + speed * seconds) * size;
    const dx = offsetOf([box[0], box[2]], [detection.box[0], detection.box[2]], cut.x);
    const dy = offsetOf([box[1], box[3]], [detection.box[1], detection.box[3]], cut.y);
    return (Math.hypot(dx, dy) / allowed) * (0.8 + 0.2 * change);
  });
}

/** The axes along which an edge of the frame cuts off one of the boxes. */
function cutSides(a: Box, b: Box, { width, height }: PictureSize): { readonly x: boolean; readonly y: boolean } {
  const boxes = [a, b];
  return {
    x: boxes.some(([x1, , x2]) => x1 < EDGE || x2 > width - EDGE),
    y: boxes.some(([, y1, , y2]) => y1 < EDGE || y2 > height - EDGE),
  };
}

/** How much larger one box is than the other, 1 or more; a side that is cut off tells nothing. */
function sizeChange(a: Box, b: Box, cut: { readonly x: boolean; readonly y: boolean }): number {
  const [width, height] = [(b[2] - b[0]) / Math.max(1, a[2] - a[0]), (b[3] - b[1]) / Math.max(1, a[3] - a[1])];
  const ratio = cut.x && cut.y ? 1 : cut.x ? height : cut.y ? width : Math.sqrt(Math.max(1e-9, width * height));
  return Math.max(ratio, 1 / Math.max(1e-9, ratio));
}

/** Distance of the centres of two intervals; where an end is cut off, that of the ends which agree best. */
function offsetOf(a: readonly [number, number], b: readonly [number, number], isCut: boolean): number {
  const centre = Math.abs(a[0] + a[1] - b[0] - b[1]) / 2;
  return isCut ? Math.min(centre, Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) : centre;
}

function match(
  tracks: readonly TrackState[],
  detections: readonly Detection[],
  limit: number,
  cost: (row: number, detection: Detection) => number,
): Pairing {
  if (tracks.length === 0 || detections.length === 0) return { pairs: [], tracks, detections };
  const costs = new Float64Array(tracks.length * detections.length);
  for (let row = 0; row < tracks.length; row += 1) {
    for (let column = 0; column < detections.length; column += 1) {
      costs[row * detections.length + column] = cost(row, detections[column]!);
    }
  }
  const columns = assign(costs, tracks.length, detections.length, limit);
  const taken = new Set(columns);
  return {
    pairs: tracks.flatMap((track, row) => (columns[row]! < 0 ? [] : [[track, detections[columns[row]!]!] as const])),
    tracks: tracks.filter((_, row) => columns[row]! < 0),
    detections: detections.filter((_, column) => !taken.has(column)),
  };
}
