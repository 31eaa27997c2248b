import {
  area,
  type Box,
  type Detection,
  type FrameRef,
  type Inspection,
  intersection,
  type LeastScores,
  leastScoreOf,
  type LinePace,
  type PictureSize,
  type Track,
} from '../domain/index.ts';
import type { Tracker } from '../pipeline/index.ts';
import { BoxMotion, sizeOf } from './box-motion.ts';
import { EDGE } from './shift-cost.ts';
import { PaceWatch } from './pace-watch.ts';
import { CommonMotion } from './common-motion.ts';
import { commonVelocity, isSpeedOf } from './conveyor-speed.ts';
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
  readonly #motions = new Map<string, CommonMotion>();
  readonly #pace = new PaceWatch();
  #nextId = 1;
  #last: FrameTime | undefined;

  constructor(options: Partial<TrackerOptions> = {}) {
    this.#options = { ...TRACKER_DEFAULTS, ...options };
  }

  /** Present while products move so far between two frames that they may be mistaken for each other. */
  get outrun(): LinePace | undefined {
    return this.#pace.outrun;
  }

  /** Tracks after this frame, oldest first; those that were not detected in it have `missed` > 0. */
  update(inspection: Inspection): readonly Track[] {
    const { frame, result } = inspection;
    if (result.status === 'no_result') return this.#tracks();
    const frameTime = { atMs: frame.atMs, mediaMs: frame.mediaMs ?? frame.atMs };
    const usable = result.detections.filter((detection) => isUsable(detection, this.#options.lowScore));
    this.#seeMotion(usable, frameTime, frame);
    this.#advance(frameTime);
    for (const label of new Set(usable.map((detection) => detection.label))) {
      this.#associate(
        usable.filter((detection) => detection.label === label),
        this.#followed.filter((track) => track.label === label),
        { ...frameTime, width: frame.width, height: frame.height },
      );
    }
    for (const track of this.#followed) if (track.lastSeenMs !== frame.atMs) track.miss();
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
  #associate(
    detections: readonly Detection[],
    tracks: readonly TrackState[],
    frameTime: FrameTime & PictureSize,
  ): void {
    const { highScore, minIou, minLowIou } = this.#options;
    const high = detections.filter((detection) => reaches(detection, highScore));
    const low = detections.filter((detection) => !reaches(detection, highScore));
    const settle = ({ pairs, ...rest }: Pairing): Omit<Pairing, 'pairs'> => {
      for (const [track, detection] of pairs) {
        const grows = isCutOff(track.box, frameTime);
        track.hit(detection, frameTime, this.#options.confirmHits, !reaches(detection, highScore));
        // The centre of a box that an edge cuts off moves otherwise than its object.
        const common = this.#motions.get(track.label)?.velocity;
        if (grows && common !== undefined) track.motion.steer(common);
      }
      return rest;
    };
    const confirmed = tracks.filter((track) => track.confirmed);
    const known = settle(matchByOverlap(confirmed, high, minIou));
    const unconfirmed = tracks.filter((track) => !track.confirmed);
    const fresh = settle(matchByOverlap(unconfirmed, known.detections, minIou));
    const faint = settle(matchByOverlap([...known.tracks, ...fresh.tracks], low, minLowIou));
    const far = settle(matchByDistance(faint.tracks, fresh.detections, frameTime, this.#options));
    for (const detection of far.detections) this.#birth(detection, tracks, frameTime);
  }

  /**
   * How the objects of each label move in common, before any is identified. Tracks that move otherwise, and that the
   * common speed explains better, take it: they are still where they were one frame before.
   */
  #seeMotion(detections: readonly Detection[], { mediaMs }: FrameTime, frame: FrameRef): void {
    const { highScore } = this.#options;
    const seconds = Math.max(0, mediaMs - (this.#last?.mediaMs ?? mediaMs)) / 1000;
    const labels = new Set([...this.#motions.keys(), ...detections.map(({ label }) => label)]);
    for (const label of labels) {
      const motion = this.#motions.get(label) ?? new CommonMotion();
      this.#motions.set(label, motion);
      const able = detections.filter((detection) => detection.label === label && reaches(detection, highScore));
      motion.see(able, mediaMs, frame);
      const tracks = this.#followed.flatMap((track) =>
        track.label === label && motion.contradicts(track.motion, seconds) ? [track.motion] : [],
      );
      const velocity = motion.explains(tracks, able, seconds, frame);
      if (velocity !== undefined) for (const track of tracks) track.steer(velocity);
    }
    this.#pace.see(this.#motions, mediaMs);
  }

  #birth(detection: Detection, fellows: readonly TrackState[], frameTime: FrameTime): void {
    const size = sizeOf(detection.box);
    const common = this.#motions.get(detection.label)?.velocity;
    const isShared = common !== undefined && isSpeedOf(fellows, common);
    const motion = new BoxMotion(detection.box, (isShared ? common : undefined) ?? commonVelocity(fellows, size));
    this.#followed.push(new TrackState(this.#nextId, detection, frameTime, this.#options.confirmHits, motion));
    this.#nextId += 1;
  }
}

function isUsable(detection: Detection, lowScore: LeastScores): boolean {
  const { box } = detection;
  return reaches(detection, lowScore) && box.every(Number.isFinite) && area(box) > 0;
}

function reaches({ label, score }: Detection, least: LeastScores): boolean {
  return score >= leastScoreOf(least, label);
}

function isCutOff([x1, y1, x2, y2]: Box, { width, height }: PictureSize): boolean {
  return x1 < EDGE || y1 < EDGE || x2 > width - EDGE || y2 > height - EDGE;
}

function isInPicture(box: Box, frame: FrameRef): boolean {
  return intersection(box, [0, 0, frame.width, frame.height]) > 0;
}
