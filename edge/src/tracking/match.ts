import { type Detection, iou } from '../domain/index.ts';
import { assign } from './assignment.ts';
import { sizeOf } from './box-motion.ts';
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
  mediaMs: number,
  options: TrackerOptions,
): Pairing {
  return match(tracks, detections, 1, (row, detection) => {
    const track = tracks[row]!;
    const speed = track.speedKnown ? options.reach : options.newbornReach;
    if (speed <= 0) return Number.POSITIVE_INFINITY;
    const box = track.motion.box();
    const size = sizeOf(box);
    const found = sizeOf(detection.box);
    const change = Math.max(size / found, found / size);
    if (change > SIZE_CHANGE) return Number.POSITIVE_INFINITY;
    const seconds = Math.min(REACH_LIMIT_MS, track.unseenMs(mediaMs)) / 1000;
    const allowed = (SLACK + speed * seconds) * size;
    const dx = (box[0] + box[2] - detection.box[0] - detection.box[2]) / 2;
    const dy = (box[1] + box[3] - detection.box[1] - detection.box[3]) / 2;
    return (Math.hypot(dx, dy) / allowed) * (0.8 + 0.2 * change);
  });
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
