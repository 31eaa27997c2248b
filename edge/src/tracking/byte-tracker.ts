import {
  area,
  type Box,
  type Detection,
  type FrameRef,
  type Inspection,
  intersection,
  type Track,
} from '../domain/index.ts';
import type { Tracker } from '../pipeline/index.ts';
import { BoxMotion, sizeOf } from './box-motion.ts';
import { commonVelocity, SpeedCheck } from './conveyor-speed.ts';
import { TrackState, type FrameTime } from './track-state.ts';
import { matchByDistance, matchByOverlap, type Pairing } from './match.ts';
import { TRACKER_DEFAULTS, type TrackerOptions } from './options.ts';

/**
 * Follows the objects of one model on one camera, after ByteTrack (Zhang et al. 2022, "Multi-Object Tracking by
 * Associating Every Detection Box"): detections with high scores are matched first, then those with low scores keep
 * known objects alive, so that a flickering score does not break a track. Differences for a camera of a few frames a
 * second: motion runs on the camera's clock, so a dropped frame is only a longer step; what moves further than its own
 * size is matched by distance; new objects take the speed of their fellows where these move alike, as on a conveyor.
 *
 * Labels never mix. Ids count from 1 and are never used again. The same frames give the same tracks.
 */
export class ByteTracker implements Tracker {
  readonly #options: TrackerOptions;
  #followed: TrackState[] = [];
  readonly #flows = new Map<string, SpeedCheck>();
  #nextId = 1;
  #last: FrameTime | undefined;

  constructor(options: Partial<TrackerOptions> = {}) {
    this.#options = { ...TRACKER_DEFAULTS, ...options };
  }

  /** Tracks after this frame, oldest first; those that were not detected in it have `missed` > 0. */
  update(inspection: Inspection): readonly Track[] {
    const { frame, result } = inspection;
    if (result.status === 'no_result') return this.#tracks();
    const frameTime = { atMs: frame.atMs, mediaMs: frame.mediaMs ?? frame.atMs };
    this.#advance(frameTime);
    const usable = result.detections.filter((detection) => isUsable(detection, this.#options.lowScore));
    for (const label of new Set(usable.map((detection) => detection.label))) {
      this.#associate(
        usable.filter((detection) => detection.label === label),
        this.#followed.filter((track) => track.label === label),
        frameTime,
      );
    }
    for (const track of this.#followed) if (track.lastSeenMs !== frame.atMs) track.miss();
    this.#checkFlows(usable, frameTime, frame);
    this.#followed = this.#followed.filter((track) => track.missed === 0 || isInPicture(track.motion.box(), frame));
    return this.#tracks();
  }

  #tracks(): readonly Track[] {
    return this.#followed.map((track) => track.track());
  }

  /** Drops whom nobody has seen for too long and moves the others to `atMs`. */
  #advance(frameTime: FrameTime): void {
    const { keepMs, keepUnconfirmedMs } = this.#options;
    const { atMs, mediaMs } = frameTime;
    const last = this.#last ?? frameTime;
    this.#last = frameTime;
    // A clock that runs backwards is another run of a recording: nothing known before holds.
    if (atMs < last.atMs) this.#followed = [];
    this.#followed = this.#followed.filter(
      (track) => atMs - track.lastSeenMs <= (track.confirmed ? keepMs : keepUnconfirmedMs),
    );
    for (const track of this.#followed) track.motion.predict(Math.max(0, mediaMs - last.mediaMs) / 1000);
  }

  /** One label: high scores, low scores, distance, births. Confirmed tracks choose before new ones. */
  #associate(detections: readonly Detection[], tracks: readonly TrackState[], frameTime: FrameTime): void {
    const { highScore, minIou, minLowIou } = this.#options;
    const high = detections.filter((detection) => detection.score >= highScore);
    const low = detections.filter((detection) => detection.score < highScore);
    const settle = ({ pairs, ...rest }: Pairing): Omit<Pairing, 'pairs'> => {
      for (const [track, detection] of pairs) track.hit(detection, frameTime, this.#options.confirmHits);
      return rest;
    };
    const confirmed = tracks.filter((track) => track.confirmed);
    const known = settle(matchByOverlap(confirmed, high, minIou));
    const unconfirmed = tracks.filter((track) => !track.confirmed);
    const fresh = settle(matchByOverlap(unconfirmed, known.detections, minIou));
    const faint = settle(matchByOverlap([...known.tracks, ...fresh.tracks], low, minLowIou));
    const far = settle(matchByDistance(faint.tracks, fresh.detections, frameTime.mediaMs, this.#options));
    for (const detection of far.detections) this.#birth(detection, tracks, frameTime);
  }

  #checkFlows(detections: readonly Detection[], { mediaMs }: FrameTime, frame: FrameRef): void {
    for (const label of new Set(this.#followed.map((track) => track.label))) {
      const flow = this.#flows.get(label) ?? new SpeedCheck();
      this.#flows.set(label, flow);
      flow.check(
        this.#followed.filter((track) => track.label === label),
        detections.filter((detection) => detection.label === label && detection.score >= this.#options.highScore),
        mediaMs,
        frame,
      );
    }
  }

  #birth(detection: Detection, fellows: readonly TrackState[], frameTime: FrameTime): void {
    const motion = new BoxMotion(detection.box, commonVelocity(fellows, sizeOf(detection.box)));
    this.#followed.push(new TrackState(this.#nextId, detection, frameTime, this.#options.confirmHits, motion));
    this.#nextId += 1;
  }
}

function isUsable({ box, score }: Detection, lowScore: number): boolean {
  return score >= lowScore && box.every(Number.isFinite) && area(box) > 0;
}

function isInPicture(box: Box, frame: FrameRef): boolean {
  return intersection(box, [0, 0, frame.width, frame.height]) > 0;
}
