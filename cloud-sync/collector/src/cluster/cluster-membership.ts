import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { ClusterStore } from './cluster-store.ts';

const REPORT_EVERY_MS = 2000;
const ALIVE_MS = 10_000;

/** Reports in the store that this collector runs, and reads how many others do. */
export class ClusterMembership {
  readonly name = 'cluster membership';
  readonly #store: ClusterStore;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #others = 0;

  constructor(options: { store: ClusterStore; id: string; clock: Clock; log: Logger }) {
    this.#store = options.store;
    this.#id = options.id;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Other collectors that ran at the latest report. */
  get others(): number {
    return this.#others;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        try {
          this.#others = await this.#store.reportAlive(this.#id, ALIVE_MS);
        } catch (error) {
          // Without the store no collector of the cluster can commit.
          this.#others = 0;
          this.#log.debug({ error: messageOf(error) }, 'could not report to the cluster');
        }
        await this.#clock.sleep(REPORT_EVERY_MS, signal);
      }
    } finally {
      await this.#store.leave(this.#id).catch((error: unknown) => {
        this.#log.debug({ error: messageOf(error) }, 'could not leave the cluster');
      });
    }
  }
}
