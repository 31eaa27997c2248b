import { area, type Box, type Inspection, intersection, type Track } from '../domain/index.ts';
import { type Follower, STEADY_HITS, Steadiness } from './steadiness.ts';

export type Side = 'current' | 'candidate';

/** A frame on which the two models differ. */
export interface Difference {
  readonly camera: string;
  readonly index: number;
  readonly atMs: number;
  /** What only one of them sees. */
  readonly missed: readonly Track[];
  readonly added: readonly Track[];
  /** What both see. */
  readonly common: readonly Track[];
}

/** What a comparison has counted so far; the words are those of `ShadowSummary` in the protocol. */
export interface ShadowFigures {
  readonly results: number;
  readonly differing: number;
  readonly steady: number;
  readonly found: number;
  readonly added: number;
  readonly seen: Readonly<Record<Side, number>>;
  readonly unsteady: Readonly<Record<Side, number>>;
  readonly failed: Readonly<Record<Side, number>>;
}

/** Frames of which only one model has a result yet. One that the other skips is never compared. */
const MOST_WAITING = 64;
/** IoU from which two boxes of two models are one object. */
const SAME_IOU = 0.3;

/** Compares two models on one camera, frame by frame: only frames that both have inspected count. */
export class ShadowComparison {
  readonly #waiting: Readonly<Record<Side, Map<number, Inspection>>> = { current: new Map(), candidate: new Map() };
  readonly #sides: Readonly<Record<Side, Steadiness>>;
  readonly #failed = { current: 0, candidate: 0 };
  readonly #counts = { results: 0, differing: 0, steady: 0, found: 0, added: 0 };

  constructor(followers: Readonly<Record<Side, Follower>>) {
    this.#sides = { current: new Steadiness(followers.current), candidate: new Steadiness(followers.candidate) };
  }

  /** Takes a result; gives the frame where it completes one on which the models differ. */
  take(side: Side, inspection: Inspection): Difference | undefined {
    if (inspection.result.status === 'no_result') {
      this.#failed[side] += 1;
      return undefined;
    }
    const { index } = inspection.frame;
    const other = this.#waiting[side === 'current' ? 'candidate' : 'current'];
    const partner = other.get(index);
    if (partner === undefined) {
      const own = this.#waiting[side];
      own.set(index, inspection);
      const [oldest] = own.keys();
      if (own.size > MOST_WAITING && oldest !== undefined) own.delete(oldest);
      return undefined;
    }
    // Results of a model come in the order of the frames: what is older will have no partner.
    for (const waiting of Object.values(this.#waiting)) {
      for (const key of waiting.keys()) if (key <= index) waiting.delete(key);
    }
    return side === 'current' ? this.#compare(inspection, partner) : this.#compare(partner, inspection);
  }

  get figures(): ShadowFigures {
    const [current, candidate] = [this.#sides.current.figures, this.#sides.candidate.figures];
    return {
      ...this.#counts,
      seen: { current: current.seen, candidate: candidate.seen },
      unsteady: { current: current.unsteady, candidate: candidate.unsteady },
      failed: { ...this.#failed },
    };
  }

  #compare(current: Inspection, candidate: Inspection): Difference | undefined {
    const old = this.#sides.current.update(current);
    const now = this.#sides.candidate.update(candidate);
    const counts = this.#counts;
    counts.results += 1;
    const missed = old.filter((track) => !isAmong(track, now));
    const added = now.filter((track) => !isAmong(track, old));
    const steady = old.filter(isSteady);
    counts.steady += steady.length;
    counts.found += steady.filter((track) => !missed.includes(track)).length;
    counts.added += added.filter(isSteady).length;
    if (missed.length + added.length === 0) return undefined;
    counts.differing += 1;
    const { camera, index, atMs } = candidate.frame;
    return { camera, index, atMs, missed, added, common: now.filter((track) => !added.includes(track)) };
  }
}

function isSteady({ hits }: Track): boolean {
  return hits >= STEADY_HITS;
}

function isAmong({ label, box }: Track, tracks: readonly Track[]): boolean {
  return tracks.some((other) => other.label === label && overlap(other.box, box) >= SAME_IOU);
}

function overlap(a: Box, b: Box): number {
  const common = intersection(a, b);
  return common / Math.max(area(a) + area(b) - common, Number.MIN_VALUE);
}
