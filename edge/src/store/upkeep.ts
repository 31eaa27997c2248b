import { type Clock, isAbort, type Logger, messageOf, type Part } from '@lineside/kit';
import type { EvidenceStore } from './evidence.ts';
import type { EvidenceSweep } from './evidence-sweep.ts';
import type { HeadSigner } from './head-signer.ts';
import type { Journal } from './journal.ts';
import type { WalWatch } from './wal-watch.ts';

const EVERY_MS = 60_000;
const OFTEN_MS = 10_000;
/** What was given up is shown for so long. */
const SHOWN_MS = 3_600_000;
const PRUNE_STEP = 2_000;
const MOST_STEPS = 20;

interface UpkeepParts {
  readonly journal: Journal;
  readonly evidence: EvidenceStore;
  readonly sweep: EvidenceSweep;
  readonly signer: HeadSigner;
  readonly wal: WalWatch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keepDeliveredMs: number;
}

/**
 * Keeps the data folder in bounds while the line runs: prunes what is delivered, holds quotas, sweeps, checkpoints,
 * signs the heads of the chains, and takes the ballast back when the disk has room again.
 */
export class StoreUpkeep implements Part {
  readonly name = 'store-upkeep';
  readonly #parts: UpkeepParts;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let sweptAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      // A disk that refuses housekeeping may still take events: say so and try again.
      await this.#attempt(() => this.often());
      if (clock.monoMs() - sweptAtMs >= EVERY_MS) {
        sweptAtMs = clock.monoMs();
        await this.#attempt(() => this.once());
      }
      await clock.sleep(OFTEN_MS, signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
    }
    await this.#attempt(() => this.#parts.signer.sign());
  }

  /** One round of what does not wait a minute. */
  often(): void {
    const { journal, signer, wal } = this.#parts;
    wal.round();
    signer.maybeSign();
    journal.mark();
    journal.alarms.expire('quota_reached', SHOWN_MS);
    if (journal.restoreBallast()) journal.alarms.clear('disk_full');
  }

  /** One round of the rest. */
  async once(): Promise<void> {
    const { journal, evidence, sweep, keepDeliveredMs } = this.#parts;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (journal.prune(keepDeliveredMs, PRUNE_STEP) < PRUNE_STEP) break;
    }
    evidence.retain();
    await sweep.sweep();
  }

  async #attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.log.error({ error: messageOf(error) }, 'housekeeping of the data folder failed');
    }
  }
}
