import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { JournalAlarms } from './alarms.ts';
import type { HeadSigner } from './head-signer.ts';
import type { Journal } from './journal.ts';
import type { WalWatch } from './wal-watch.ts';

const EVERY_MS = 60_000;
const OFTEN_MS = 10_000;
/** What was given up is shown for so long. */
const SHOWN_MS = 3_600_000;
const PRUNE_STEP = 2_000;
const MOST_STEPS = 20;

interface MaintenanceParts {
  readonly journal: Journal;
  readonly alarms: JournalAlarms;
  readonly signer: HeadSigner;
  readonly wal: WalWatch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keepDeliveredMs: number;
  /** Further work of every60s, in order: the upkeep of what else lies in the data folder. */
  readonly further?: readonly (() => unknown)[];
}

/**
 * Keeps the data folder in bounds while the line runs: prunes what is delivered, holds quotas, sweeps, checkpoints,
 * signs the heads of the chains, and takes the ballast back when the disk has room again.
 */
export class JournalMaintenance implements Service {
  readonly name = 'journal-maintenance';
  readonly #parts: MaintenanceParts;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let sweptAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      // A disk that refuses housekeeping may still take events: say so and try again.
      await this.#attempt(() => this.every10s());
      if (clock.monoMs() - sweptAtMs >= EVERY_MS) {
        sweptAtMs = clock.monoMs();
        await this.#attempt(() => this.every60s());
      }
      await clock.sleep(OFTEN_MS, signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
    }
    await this.#attempt(() => this.#parts.signer.sign());
  }

  /** One round of what does not wait a minute. */
  every10s(): void {
    const { journal, signer, wal, alarms } = this.#parts;
    wal.round();
    signer.maybeSign();
    journal.mark();
    alarms.expire('quota_reached', SHOWN_MS);
    if (journal.restoreBallast()) alarms.clear('disk_full');
  }

  /** One round of the rest. */
  async every60s(): Promise<void> {
    const { journal, keepDeliveredMs, further = [] } = this.#parts;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (journal.prune(keepDeliveredMs, PRUNE_STEP) < PRUNE_STEP) break;
    }
    for (const work of further) await work();
  }

  async #attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.log.error({ error: messageOf(error) }, 'housekeeping of the data folder failed');
    }
  }
}
