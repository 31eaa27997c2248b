import type { SkipReason } from '../../domain/index.ts';
import type { Offered, Skipped } from '../messages.ts';

interface PairCounters {
  readonly camera: string;
  readonly model: string;
  offered: number;
  /** Frames whose outcome is known: skipped, or an inspection was sent. */
  settled: number;
  readonly skipped: Map<SkipReason, number>;
}

/** In the vision process: counts the frames that each camera offered to each model, and how each of them ended. */
export class FrameCounters {
  readonly #pairs = new Map<string, PairCounters>();

  offer(camera: string, model: string): void {
    this.#pair(camera, model).offered += 1;
  }

  skip(camera: string, model: string, reason: SkipReason): void {
    const pair = this.#pair(camera, model);
    pair.skipped.set(reason, (pair.skipped.get(reason) ?? 0) + 1);
    pair.settled += 1;
  }

  inspect(camera: string, model: string): void {
    this.#pair(camera, model).settled += 1;
  }

  /** Frames of a camera that were offered and have no outcome yet. */
  outstanding(camera: string): number {
    const pairs = [...this.#pairs.values()].filter((pair) => pair.camera === camera);
    return pairs.reduce((sum, { offered, settled }) => sum + offered - settled, 0);
  }

  /** Whether anything was skipped since the last `takeSkipped`. */
  get hasSkipped(): boolean {
    return [...this.#pairs.values()].some(({ skipped }) => skipped.size > 0);
  }

  /** What was skipped since the last call. */
  takeSkipped(): Skipped[] {
    const skips: Skipped[] = [];
    for (const { camera, model, skipped } of this.#pairs.values()) {
      for (const [reason, count] of skipped) skips.push({ camera, model, reason, count });
      skipped.clear();
    }
    return skips;
  }

  offered(): Offered[] {
    return [...this.#pairs.values()].map(({ camera, model, offered }) => ({ camera, model, offered }));
  }

  #pair(camera: string, model: string): PairCounters {
    const key = `${camera}\0${model}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { camera, model, offered: 0, settled: 0, skipped: new Map() };
      this.#pairs.set(key, pair);
    }
    return pair;
  }
}
