import type { Box, Detection, Track } from '../domain/index.ts';
import { BoxMotion } from './box-motion.ts';

/** From this hit on a track's speed is its own and not a guess. */
const SPEED_KNOWN_HITS = 3;

/** When a frame is: `atMs` on this box, `mediaMs` on the camera's own clock, by which motion is measured. */
export interface FrameTime {
  readonly atMs: number;
  readonly mediaMs: number;
}

/** One object being followed: what `Track` says of it, and its motion. */
export class TrackState {
  readonly id: number;
  readonly label: string;
  readonly firstSeenMs: number;
  readonly motion: BoxMotion;
  #box: Box;
  #score: number;
  #weak = false;
  #hits = 1;
  #missed = 0;
  #lastSeen: FrameTime;
  #confirmed: boolean;

  constructor(id: number, detection: Detection, frameTime: FrameTime, confirmHits: number, motion: BoxMotion) {
    this.id = id;
    this.label = detection.label;
    this.firstSeenMs = frameTime.atMs;
    this.motion = motion;
    this.#box = detection.box;
    this.#score = detection.score;
    this.#lastSeen = frameTime;
    this.#confirmed = confirmHits <= 1;
  }

  get confirmed(): boolean {
    return this.#confirmed;
  }

  /** The latest box: detected, or predicted where it was missed. */
  get box(): Box {
    return this.#box;
  }

  get lastSeenMs(): number {
    return this.#lastSeen.atMs;
  }

  /** Milliseconds since the last detection, on the camera's clock. */
  unseenMs(mediaMs: number): number {
    return mediaMs - this.#lastSeen.mediaMs;
  }

  get missed(): number {
    return this.#missed;
  }

  get speedKnown(): boolean {
    return this.#hits >= SPEED_KNOWN_HITS;
  }

  hit(detection: Detection, frameTime: FrameTime, confirmHits: number, weak: boolean): void {
    this.#weak = weak;
    this.motion.correct(detection.box);
    this.#box = detection.box;
    this.#score = detection.score;
    this.#hits += 1;
    this.#missed = 0;
    this.#lastSeen = frameTime;
    this.#confirmed ||= this.#hits >= confirmHits;
  }

  miss(): void {
    this.motion.freezeSize();
    this.#missed += 1;
    this.#box = this.motion.box();
  }

  track(): Track {
    return {
      id: this.id,
      label: this.label,
      box: this.#box,
      score: this.#score,
      ...(this.#weak ? { weak: true } : {}),
      hits: this.#hits,
      missed: this.#missed,
      firstSeenMs: this.firstSeenMs,
      lastSeenMs: this.#lastSeen.atMs,
      confirmed: this.#confirmed,
    };
  }
}
