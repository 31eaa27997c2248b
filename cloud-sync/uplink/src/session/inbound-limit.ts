import type { Clock } from '@lineside/kit';

/** Far more than a collector sends: one acknowledgement per commit, and a request for each gap. */
const MESSAGES_PER_S = 500;
const BYTES_PER_S = 2 * 1024 * 1024;
/** This much may come at once. */
const BURST_S = 4;

/**
 * Takes messages from the broker no faster than a limit: a broker that floods this device must not take the time of the
 * process that inspects. While a message is held the client reads nothing more, so that the broker has to wait.
 */
export class InboundLimit {
  readonly #clock: Clock;
  readonly #onFlood: () => void;
  /** What is left of the burst, in seconds; negative while the flow is over its limit. */
  #creditS = BURST_S;
  #atMs: number;

  constructor(clock: Clock, onFlood: () => void) {
    this.#clock = clock;
    this.#onFlood = onFlood;
    this.#atMs = clock.monoMs();
  }

  /** Calls `done` at once, or as soon as the limit allows another message. */
  take(bytes: number, done: () => void): void {
    const now = this.#clock.monoMs();
    this.#creditS = Math.min(BURST_S, this.#creditS + (now - this.#atMs) / 1000);
    this.#atMs = now;
    this.#creditS -= Math.max(1 / MESSAGES_PER_S, bytes / BYTES_PER_S);
    if (this.#creditS >= 0) {
      done();
      return;
    }
    this.#onFlood();
    void this.#clock.sleep(-this.#creditS * 1000).then(done);
  }
}
