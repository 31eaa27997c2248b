import { type Clock, isAbort, type Logger, messageOf, type Part } from '../kit/index.ts';
import type { EvidenceStore } from './evidence.ts';
import type { EvidenceSweep } from './evidence-sweep.ts';
import type { Journal } from './journal.ts';

const EVERY_MS = 60_000;
const PRUNE_STEP = 2_000;
const MOST_STEPS = 20;

/** Keeps the data folder in bounds while the line runs: prunes what is delivered, holds quotas, sweeps, checkpoints. */
export class StoreUpkeep implements Part {
  readonly name = 'store-upkeep';
  readonly #journal: Journal;
  readonly #evidence: EvidenceStore;
  readonly #sweep: EvidenceSweep;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #keepDeliveredMs: number;

  constructor(options: {
    journal: Journal;
    evidence: EvidenceStore;
    sweep: EvidenceSweep;
    clock: Clock;
    log: Logger;
    keepDeliveredMs: number;
  }) {
    this.#journal = options.journal;
    this.#evidence = options.evidence;
    this.#sweep = options.sweep;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#keepDeliveredMs = options.keepDeliveredMs;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.once();
      } catch (error) {
        // A disk that refuses housekeeping may still take events: say so and try again.
        this.#log.error({ error: messageOf(error) }, 'housekeeping of the data folder failed');
      }
      await this.#clock.sleep(EVERY_MS, signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
    }
  }

  /** One round. */
  async once(): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (this.#journal.prune(this.#keepDeliveredMs, PRUNE_STEP) < PRUNE_STEP) break;
    }
    this.#evidence.retain();
    await this.#sweep.sweep();
    this.#journal.checkpoint();
  }
}
