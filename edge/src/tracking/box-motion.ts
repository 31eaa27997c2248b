import type { Box } from '../domain/index.ts';

/** Per coordinate: position, velocity, and the three different entries of their 2x2 covariance. */
const FIELDS = 5;
/** Fraction of the object's size by which a detector's box varies: ByteTrack's 1/20. */
const MEASUREMENT = 0.05;
/** Random acceleration, sizes per s^1.5: ByteTrack's per-frame noise at 30 frames a second comes to this. */
const ACCELERATION = [1, 1, 0.3, 0.3] as const;
/** How little is known of a new object's speed, sizes per second; and when its fellows' speed is taken for it. */
const NEWBORN_SPEED = [5, 5, 0.5, 0.5] as const;
const GUIDED_SPEED = [1.5, 1.5, 0.5, 0.5] as const;

/**
 * Kalman filter with constant velocity over centre x, centre y, width and height. ByteTrack's 8-state filter has block
 * diagonal matrices, so it is exactly four filters of two states, written out here. Width stands in place of the
 * paper's aspect, whose noise is that of pedestrians and swells for flat things such as spills.
 */
export class BoxMotion {
  readonly #state = new Float64Array(4 * FIELDS);

  /** `velocity` in pixels per second, where it is known from other tracks. */
  constructor(box: Box, velocity?: readonly [number, number]) {
    const measured = measure(box);
    const size = sizeOf(box);
    const speeds = velocity === undefined ? NEWBORN_SPEED : GUIDED_SPEED;
    for (let k = 0; k < 4; k += 1) {
      const at = k * FIELDS;
      this.#state[at] = measured[k]!;
      this.#state[at + 1] = k < 2 ? (velocity?.[k] ?? 0) : 0;
      this.#state[at + 2] = (MEASUREMENT * size) ** 2;
      this.#state[at + 4] = (speeds[k]! * size) ** 2;
    }
  }

  /** Moves the state `seconds` ahead. */
  predict(seconds: number): void {
    const s = this.#state;
    const size = this.size();
    for (let k = 0; k < 4; k += 1) {
      const at = k * FIELDS;
      const q = (ACCELERATION[k]! * size) ** 2;
      const p01 = s[at + 3]! + seconds * s[at + 4]!;
      s[at] = s[at]! + seconds * s[at + 1]!;
      s[at + 2] = s[at + 2]! + seconds * (s[at + 3]! + p01) + (q * seconds ** 3) / 3;
      s[at + 3] = p01 + (q * seconds ** 2) / 2;
      s[at + 4] = s[at + 4]! + q * seconds;
    }
    for (let k = 2; k < 4; k += 1) s[k * FIELDS] = Math.max(1, s[k * FIELDS]!);
  }

  /** Takes in a detected box. */
  correct(box: Box): void {
    const s = this.#state;
    const measured = measure(box);
    const noise = (MEASUREMENT * sizeOf(box)) ** 2;
    for (let k = 0; k < 4; k += 1) {
      const at = k * FIELDS;
      const p01 = s[at + 3]!;
      const total = s[at + 2]! + noise;
      const gain = s[at + 2]! / total;
      const speedGain = p01 / total;
      const surprise = measured[k]! - s[at]!;
      s[at] = s[at]! + gain * surprise;
      s[at + 1] = s[at + 1]! + speedGain * surprise;
      s[at + 4] = s[at + 4]! - speedGain * p01;
      s[at + 3] = (1 - gain) * p01;
      s[at + 2] = (1 - gain) * s[at + 2]!;
    }
  }

  /** The object is not seen: it may move on, but does not grow or shrink. */
  freezeSize(): void {
    this.#state[2 * FIELDS + 1] = 0;
    this.#state[3 * FIELDS + 1] = 0;
  }

  /** Takes `velocity`, in pixels per second, for what was believed before. */
  steer(velocity: readonly [number, number]): void {
    const size = this.size();
    for (let k = 0; k < 2; k += 1) {
      const at = k * FIELDS;
      this.#state[at + 1] = velocity[k]!;
      this.#state[at + 3] = 0;
      this.#state[at + 4] = (GUIDED_SPEED[k]! * size) ** 2;
    }
  }

  box(): Box {
    const s = this.#state;
    const halfWidth = s[2 * FIELDS]! / 2;
    const halfHeight = s[3 * FIELDS]! / 2;
    const [x, y] = [s[0]!, s[FIELDS]!];
    return [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight];
  }

  size(): number {
    return Math.sqrt(this.#state[2 * FIELDS]! * this.#state[3 * FIELDS]!);
  }

  /** Pixels per second. */
  velocity(): readonly [number, number] {
    return [this.#state[1]!, this.#state[FIELDS + 1]!];
  }
}

function measure(box: Box): readonly [number, number, number, number] {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, Math.max(1, box[2] - box[0]), Math.max(1, box[3] - box[1])];
}

/** Geometric mean of width and height in pixels, at least 1. */
export function sizeOf(box: Box): number {
  return Math.sqrt(Math.max(1, box[2] - box[0]) * Math.max(1, box[3] - box[1]));
}
