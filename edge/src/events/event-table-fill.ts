import { aborted, type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { EventTable } from './event-table.ts';

/** Small steps: nothing else of the process runs meanwhile. */
const STEP = 200;
const PAUSE_MS = 20;
const RETRY_MS = 60_000;
const LOG_EVERY_MS = 10_000;

/** Fills the table of events where opening the journal left that over, in steps beside everything else. */
export class EventTableFill implements Service {
  readonly name = 'event-table-fill';
  readonly #table: EventTable;
  readonly #clock: Clock;
  readonly #log: Logger;
  #logAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { table: EventTable; clock: Clock; log: Logger }) {
    this.#table = options.table;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (!this.#table.progress.complete) {
      await this.#fill(signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
    }
    await aborted(signal);
  }

  async #fill(signal: AbortSignal): Promise<void> {
    for (;;) {
      let pauseMs = PAUSE_MS;
      try {
        if (this.#table.fill(STEP)) break;
        this.#report();
      } catch (error) {
        // A full journal gives up no record for a table that can be filled later.
        this.#log.warn({ error: messageOf(error) }, 'the table of events cannot be filled now: lists are incomplete');
        pauseMs = RETRY_MS;
      }
      await this.#clock.sleep(pauseMs, signal);
    }
    this.#log.info(this.#table.progress, 'the table of events is complete');
  }

  #report(): void {
    const now = this.#clock.monoMs();
    if (now - this.#logAtMs < LOG_EVERY_MS) return;
    this.#logAtMs = now;
    this.#log.info(this.#table.progress, 'filling the table of events');
  }
}
