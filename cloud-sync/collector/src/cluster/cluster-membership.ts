import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { CollectorStore } from '../store/index.ts';

const NOTE_EVERY_MS = 2000;
const ALIVE_MS = 10_000;

/** Notes in the store that this collector is at work, and reads how many others are. */
export class Attendance {
  readonly name = 'attendance';
  readonly #store: CollectorStore;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #others = 0;

  constructor(options: { store: CollectorStore; id: string; clock: Clock; log: Logger }) {
    this.#store = options.store;
    this.#id = options.id;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Other collectors at work when it was last looked. */
  get others(): number {
    return this.#others;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        try {
          this.#others = await this.#store.attend(this.#id, ALIVE_MS);
        } catch (error) {
          // Without the store nobody of the cluster can commit.
          this.#others = 0;
          this.#log.debug({ error: messageOf(error) }, 'attendance not noted');
        }
        await this.#clock.sleep(NOTE_EVERY_MS, signal);
      }
    } finally {
      await this.#store.depart(this.#id).catch((error: unknown) => {
        this.#log.debug({ error: messageOf(error) }, 'departure not noted');
      });
    }
  }
}
