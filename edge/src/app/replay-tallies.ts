import type { Inspection } from '../domain/index.ts';
import type { Lanes, VisionListener } from '../pipeline/index.ts';
import type { ReplayOptions } from './options.ts';

/** What the rules of a replay count, as it is counted and in sum. To be placed after the lanes among the listeners. */
export class ReplayTallies implements Partial<VisionListener> {
  /** By rule, then by `name label`, such as `counted product`. */
  readonly counts: Record<string, Record<string, number>> = {};
  readonly #lanes: Pick<Lanes, 'takeTallies'>;
  readonly #onTally: ReplayOptions['onTally'];

  constructor(lanes: Pick<Lanes, 'takeTallies'>, onTally: ReplayOptions['onTally']) {
    this.#lanes = lanes;
    this.#onTally = onTally;
  }

  inspection({ frame }: Inspection): void {
    this.take(frame.atMs);
  }

  take(atMs: number): void {
    for (const { camera, rule, tallies } of this.#lanes.takeTallies()) {
      for (const { name, label, count } of tallies) {
        const sums = (this.counts[rule] ??= {});
        sums[`${name} ${label}`] = (sums[`${name} ${label}`] ?? 0) + count;
        this.#onTally?.({ camera, rule, name, label, count, atMs });
      }
    }
  }
}
