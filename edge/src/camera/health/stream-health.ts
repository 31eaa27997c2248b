import {
  type CameraReference,
  type ConnectionQuality,
  type HealthLimits,
  HEALTH_DEFAULTS,
  type StreamProblem,
  type StreamState,
} from '../../domain/index.ts';
import type { PacketFigures } from './packet-meter.ts';
import { Spells } from './spells.ts';

/** Restarts count for this long. */
const RESTARTS_MS = 600_000;
/** A camera that halves its rate in the dark, to expose for longer, is as it should be. */
const NIGHT_FRACTION = 0.5;
/** Pictures that come later than this are waiting somewhere. */
const LATE_MS = 500;
const VERY_LATE_MS = 2_000;
/** Where key frames alone are inspected, one may come so much later than a frame is wanted. */
const KEY_FRAMES_LATE = 1.5;
/** This process reads too late to say how fast the camera sends. */
const UNKNOWN_LATE_MS = 1_000;

/** What is known of the stream beside its packets. */
export interface StreamFactors {
  /** Frames a second that are wanted, and that the camera announced. */
  readonly wantedFps: number;
  readonly announcedFps?: number | undefined;
  readonly behindMs?: number | undefined;
  /** Frames are made of key frames alone. */
  readonly keyFramesOnly?: boolean | undefined;
  /** False: the stream's clock does not run at the rate of time. */
  readonly clockAgrees?: boolean | undefined;
}

/** Judges whether a stream is what it should be, and how good the connection is. Pure: time and figures are given to it. */
export class StreamHealth {
  readonly #limits: HealthLimits;
  readonly #spells = new Spells<StreamProblem>();
  #reference: CameraReference | undefined;
  #restartsMs: number[] = [];

  constructor(limits: HealthLimits = HEALTH_DEFAULTS) {
    this.#limits = limits;
  }

  use(reference: CameraReference | undefined): void {
    this.#reference = reference;
  }

  /** The stream ended without being asked to. */
  failed(nowMs: number): void {
    this.#restartsMs.push(nowMs);
    this.#forget(nowMs);
  }

  judge(packets: PacketFigures, factors: StreamFactors, nowMs: number): StreamState {
    const { lastsMs, rate, bitrate, keyframeIntervalMs } = this.#limits;
    const { behindMs = 0, clockAgrees } = factors;
    this.#forget(nowMs);
    const expected = this.#expectedFps(factors);
    const slow = packets.fps !== undefined && behindMs < UNKNOWN_LATE_MS && packets.fps < rate * expected;
    const bits = this.#reference?.bitsPerS;
    const thin = bits !== undefined && packets.bitsPerS !== undefined && packets.bitsPerS < bitrate * bits;
    this.#spells.step('low_rate', slow, nowMs, lastsMs);
    this.#spells.step('low_bitrate', thin, nowMs, lastsMs);
    // The time itself has been waited for already.
    const keyframesMs = factors.keyFramesOnly === true ? (KEY_FRAMES_LATE * 1000) / factors.wantedFps : Infinity;
    const rare = (packets.keyframeIntervalMs ?? 0) > Math.min(keyframeIntervalMs, keyframesMs);
    this.#spells.step('keyframe_interval', rare, nowMs, 0);
    this.#spells.step('clock_wrong', clockAgrees === false, nowMs, lastsMs);
    return {
      problems: this.#spells.reported.filter((problem) => !this.#limits.ignore.includes(problem)),
      quality: this.#quality((packets.fps ?? expected) / expected, behindMs),
      ...(packets.fps === undefined ? {} : { fps: Math.round(packets.fps * 10) / 10 }),
      ...(packets.bitsPerS === undefined ? {} : { bitsPerS: Math.round(packets.bitsPerS) }),
      ...(packets.keyframeIntervalMs === undefined
        ? {}
        : { keyframeIntervalMs: Math.round(packets.keyframeIntervalMs) }),
    };
  }

  #expectedFps({ wantedFps, announcedFps = wantedFps }: StreamFactors): number {
    const accepted = this.#reference?.fps;
    if (accepted === undefined) return Math.min(wantedFps, announcedFps);
    return Math.max(Math.min(wantedFps, accepted), NIGHT_FRACTION * accepted);
  }

  /** 4, less a step for each thing that is not as it should be, at least 1 while frames come. */
  #quality(rateFraction: number, behindMs: number): ConnectionQuality {
    const restarts = this.#restartsMs.length;
    const lost =
      Math.min(3, restarts) +
      (behindMs > VERY_LATE_MS ? 2 : behindMs > LATE_MS ? 1 : 0) +
      (rateFraction < this.#limits.rate ? 1 : 0);
    return Math.max(1, 4 - lost) as ConnectionQuality;
  }

  #forget(nowMs: number): void {
    this.#restartsMs = this.#restartsMs.filter((atMs) => nowMs - atMs < RESTARTS_MS);
  }
}
