import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { JournalAlarms } from './alarms.ts';
import type { HeadSigner } from './head-signer.ts';
import type { Journal } from './journal.ts';
import type { WalWatch } from './wal-watch.ts';

const EVERY_60S_MS = 60_000;
const EVERY_2S_MS = 2_000;
const EVERY_10S_MS = 10_000;
/** The alarm about evicted records stays for this long. */
const SHOWN_MS = 3_600_000;
const PRUNE_STEP = 2_000;
const MOST_STEPS = 20;

interface MaintenanceParts {
  readonly journal: Journal;
  readonly alarms: JournalAlarms;
  readonly signer: HeadSigner;
  readonly wal: WalWatch;
  /** Whether what this service writes to is still there: asked every two seconds. */
  readonly watches?: readonly (() => void)[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly keepDeliveredMs: number;
  /** Further work of every60s, in order: maintenance of other parts of the data folder. */
  readonly further?: readonly (() => unknown)[];
}

/**
 * Keeps the data folder within its limits while the line runs: prunes delivered records, checkpoints, signs the heads of
 * the chains, and reserves the ballast again when the disk has space.
 */
export class JournalMaintenance implements Service {
  readonly name = 'journal-maintenance';
  readonly #parts: MaintenanceParts;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let [lastMinuteMs, lastTenMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    while (!signal.aborted) {
      await this.#attempt(() => this.every2s());
      // A disk that refuses maintenance may still take events: log it and try again.
      if (clock.monoMs() - lastTenMs >= EVERY_10S_MS) {
        lastTenMs = clock.monoMs();
        await this.#attempt(() => this.every10s());
      }
      if (clock.monoMs() - lastMinuteMs >= EVERY_60S_MS) {
        lastMinuteMs = clock.monoMs();
        await this.#attempt(() => this.every60s());
      }
      await clock.sleep(EVERY_2S_MS, signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
    }
    await this.#attempt(() => this.#parts.signer.sign());
  }

  /** Looks whether journal and evidence are still where they were. */
  every2s(): void {
    for (const watch of this.#parts.watches ?? []) watch();
  }

  /** Work that is due every ten seconds. */
  every10s(): void {
    const { journal, signer, wal, alarms } = this.#parts;
    wal.round();
    signer.maybeSign();
    journal.mark();
    alarms.expire('quota_reached', SHOWN_MS);
    if (journal.restoreBallast()) alarms.clear('disk_full');
  }

  /** Work that is due every minute. */
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
      this.#parts.log.error({ error: messageOf(error) }, 'maintenance of the data folder failed');
    }
  }
}
