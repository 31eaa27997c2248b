import { type Clock, unlessAbort, untilAborted } from '@lineside/kit';

export interface StartGateOptions {
  /** Streams that may be starting at once. */
  readonly limit: number;
  /** A stream that has not delivered after this time no longer keeps others from starting. */
  readonly holdMs: number;
  readonly clock: Clock;
}

/**
 * Lets few streams start at once, in the order in which they ask: to start is the most expensive thing that FFmpeg does,
 * and many starts together delay each other until all of them seem to hang.
 */
export class StartGate {
  readonly #options: StartGateOptions;
  readonly #waiting: (() => void)[] = [];
  #starting = 0;

  constructor(options: StartGateOptions) {
    this.#options = options;
  }

  /** Waits for a place, or for `signal`. Returns what gives the place to the next: to be called once it has started. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const { limit, holdMs, clock } = this.#options;
    if (this.#starting >= limit) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => resolve(undefined);
      this.#waiting.push(wake);
      await untilAborted(promise, signal);
      const place = this.#waiting.indexOf(wake);
      if (place >= 0) this.#waiting.splice(place, 1);
      // The place was given to this one at the moment at which it gave up.
      else if (signal.aborted) this.#next();
    } else this.#starting += 1;
    signal.throwIfAborted();
    const left = new AbortController();
    const leave = (): void => {
      if (left.signal.aborted) return;
      left.abort();
      this.#next();
    };
    void clock
      .sleep(holdMs, AbortSignal.any([signal, left.signal]))
      .catch(unlessAbort)
      .then(leave);
    return leave;
  }

  #next(): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#starting -= 1;
    else wake();
  }
}
