/** What pieces travel along: time, or the counts of an encoder. Times are monotonic ms. */
export interface Axis {
  /** Where the belt was at a moment of the recent past; undefined where that is not known. */
  placeAt(atMs: number): number | undefined;
  /** When the belt reached a place that lies behind it by now; undefined where it has not reached it, or nobody knows. */
  reachedAt(place: number, nowMs: number): number | undefined;
  /** Rises when places before and after can no longer be compared. */
  readonly epoch: number;
}

/** At constant speed: a place is a time. */
export const TIME_AXIS: Axis = {
  placeAt: (atMs) => atMs,
  reachedAt: (place, nowMs) => (place <= nowMs ? place : undefined),
  epoch: 0,
};

export interface EncoderOptions {
  /** Width of the counter, after which it begins at 0 again. */
  readonly bits: 16 | 32;
  /** Faster than this it was set, not turned. Counts a second. */
  readonly maxPerS: number;
  /** Without a reading for longer, what happened meanwhile is not known. */
  readonly maxGapMs: number;
}

interface Sample {
  readonly atMs: number;
  readonly place: number;
}

const KEEP_MS = 120_000;
/** The newest two readings say how fast it turns for this long at the most. */
const AHEAD_MS = 60;
/** A counter that stood at any place may be read late: a change of so few counts is never a jump. */
const SLACK = 64;

/** The counts of an encoder, without the roll-over of its counter, and interpolated between readings. */
export class EncoderAxis implements Axis {
  readonly #options: EncoderOptions;
  #samples: Sample[] = [];
  #raw: number | undefined;
  #epoch = 0;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** One reading of the counter. */
  read(atMs: number, raw: number): void {
    const { bits, maxPerS, maxGapMs } = this.#options;
    const last = this.#samples.at(-1);
    if (last === undefined || this.#raw === undefined) {
      this.#begin(atMs, raw);
      return;
    }
    const elapsedMs = atMs - last.atMs;
    const turned = unwrapped(raw - this.#raw, bits);
    if (elapsedMs > maxGapMs || Math.abs(turned) > SLACK + (maxPerS * elapsedMs) / 1000) {
      this.#begin(atMs, raw);
      return;
    }
    this.#raw = raw;
    this.#samples.push({ atMs, place: last.place + turned });
    if ((this.#samples[0]?.atMs ?? 0) < atMs - 2 * KEEP_MS) {
      this.#samples = this.#samples.filter((sample) => sample.atMs >= atMs - KEEP_MS);
    }
  }

  placeAt(atMs: number): number | undefined {
    const after = this.#samples.findLastIndex((sample) => sample.atMs <= atMs) + 1;
    const [from, to] = [this.#samples[after - 1], this.#samples[after]];
    if (from === undefined) return undefined;
    if (to !== undefined) return between(from, to, atMs);
    const before = this.#samples[after - 2];
    const elapsedMs = atMs - from.atMs;
    if (before === undefined || elapsedMs > this.#options.maxGapMs)
      return elapsedMs > AHEAD_MS ? undefined : from.place;
    const perMs = from.atMs > before.atMs ? (from.place - before.place) / (from.atMs - before.atMs) : 0;
    return from.place + perMs * Math.min(elapsedMs, AHEAD_MS);
  }

  reachedAt(place: number, nowMs: number): number | undefined {
    const now = this.placeAt(nowMs);
    const last = this.#samples.at(-1);
    if (now === undefined || last === undefined || now < place) return undefined;
    if (last.place < place) return timeBetween(last, { atMs: nowMs, place: now }, place);
    const before = this.#samples.findLastIndex((sample) => sample.place < place);
    const [from, to] = [this.#samples[before], this.#samples[before + 1]];
    return from === undefined || to === undefined ? this.#samples[0]?.atMs : timeBetween(from, to, place);
  }

  #begin(atMs: number, raw: number): void {
    if (this.#raw !== undefined) this.#epoch += 1;
    this.#raw = raw;
    this.#samples = [{ atMs, place: raw }];
  }
}

/** The way from one reading to the next, the shorter one round the end of the counter. */
function unwrapped(difference: number, bits: number): number {
  const range = 2 ** bits;
  const turned = ((difference % range) + range) % range;
  return turned >= range / 2 ? turned - range : turned;
}

function between(from: Sample, to: Sample, atMs: number): number {
  return from.place + ((to.place - from.place) * (atMs - from.atMs)) / Math.max(1e-9, to.atMs - from.atMs);
}

function timeBetween(from: Sample, to: Sample, place: number): number {
  return from.atMs + ((to.atMs - from.atMs) * (place - from.place)) / Math.max(1e-9, to.place - from.place);
}
