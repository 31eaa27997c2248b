import type { SkipReason } from '../domain/index.ts';
import type { Offered, Skipped } from './messages.ts';

interface Lane {
  readonly camera: string;
  readonly model: string;
  offered: number;
  /** Frames that have their fate: skipped, or an inspection was sent. */
  settled: number;
  readonly skipped: Map<SkipReason, number>;
}

/** Counts what each camera offered to each model and what was skipped since it was last told. */
export class Ledger {
  readonly #lanes = new Map<string, Lane>();

  offer(camera: string, model: string): void {
    this.#lane(camera, model).offered += 1;
  }

  skip(camera: string, model: string, reason: SkipReason): void {
    const lane = this.#lane(camera, model);
    lane.skipped.set(reason, (lane.skipped.get(reason) ?? 0) + 1);
    lane.settled += 1;
  }

  inspect(camera: string, model: string): void {
    this.#lane(camera, model).settled += 1;
  }

  /** Frames of a camera that were offered and have no fate yet. */
  outstanding(camera: string): number {
    const lanes = [...this.#lanes.values()].filter((lane) => lane.camera === camera);
    return lanes.reduce((sum, { offered, settled }) => sum + offered - settled, 0);
  }

  /** Whether anything was skipped since the last `takeSkipped`. */
  get hasSkipped(): boolean {
    return [...this.#lanes.values()].some(({ skipped }) => skipped.size > 0);
  }

  /** What was skipped since the last call. */
  takeSkipped(): Skipped[] {
    const told: Skipped[] = [];
    for (const { camera, model, skipped } of this.#lanes.values()) {
      for (const [reason, count] of skipped) told.push({ camera, model, reason, count });
      skipped.clear();
    }
    return told;
  }

  offered(): Offered[] {
    return [...this.#lanes.values()].map(({ camera, model, offered }) => ({ camera, model, offered }));
  }

  #lane(camera: string, model: string): Lane {
    const key = `${camera}\0${model}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { camera, model, offered: 0, settled: 0, skipped: new Map() };
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}
