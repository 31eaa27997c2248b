import { Backoff, type Clock, type Logger, messageOf, unlessAbort } from '@lineside/kit';
import type { BatchStore } from './batch-store.ts';

/** After a commit failed because the disk is full or the like: devices send again, so it can wait. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 15_000;

export interface StoreRecoveryOptions {
  readonly store: Pick<BatchStore, 'ping'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Called when the store no longer answers, and when it does again. */
export interface StoreListener {
  withdraw(): void;
  resume(): void;
}

/** Waits, after a commit failed, until the store answers again. */
export class StoreRecovery {
  readonly #options: StoreRecoveryOptions;
  #problem: string | undefined;

  constructor(options: StoreRecoveryOptions) {
    this.#options = options;
  }

  /** Why the store does not answer; undefined while it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Waits at least once, then until the store answers, longer each time; `alive` is called at every step. */
  async wait(listener: StoreListener, alive: () => void, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, maxMs: MAX_PAUSE_MS });
    try {
      do {
        alive();
        await this.#options.clock.sleep(backoff.next(), signal);
      } while (!(await this.#answers(listener)));
    } catch (error) {
      unlessAbort(error);
    }
  }

  async #answers(listener: StoreListener): Promise<boolean> {
    const { store, log } = this.#options;
    try {
      await store.ping();
    } catch (error) {
      const isFirst = this.#problem === undefined;
      this.#problem = messageOf(error);
      if (isFirst) {
        log.error({ error: this.#problem }, 'the store does not answer; nothing is acknowledged until it does');
        listener.withdraw();
      }
      return false;
    }
    if (this.#problem !== undefined) {
      this.#problem = undefined;
      log.info({}, 'the store answers again');
      listener.resume();
    }
    return true;
  }
}
