export interface LogThrottleOptions {
  /** At most one log line per key in this time. */
  readonly everyMs: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Keys that are remembered; when there are more, all are forgotten. */
  readonly maxKeys?: number;
}

/** Decides when a repeated problem is logged: at once, then at most every `everyMs`, with the count since then. */
export class LogThrottle {
  readonly #everyMs: number;
  readonly #nowMs: () => number;
  readonly #maxKeys: number;
  readonly #keys = new Map<string, { loggedAtMs: number; count: number }>();

  constructor({ everyMs, nowMs, maxKeys = 1000 }: LogThrottleOptions) {
    this.#everyMs = everyMs;
    this.#nowMs = nowMs;
    this.#maxKeys = maxKeys;
  }

  /**
   * Counts one occurrence of `key`. When a log line is due, returns the number of occurrences since the last one;
   * otherwise undefined.
   */
  due(key: string): number | undefined {
    const now = this.#nowMs();
    const known = this.#keys.get(key);
    if (known !== undefined && now - known.loggedAtMs < this.#everyMs) {
      known.count += 1;
      return undefined;
    }
    if (known === undefined && this.#keys.size >= this.#maxKeys) this.#keys.clear();
    this.#keys.set(key, { loggedAtMs: now, count: 0 });
    return (known?.count ?? 0) + 1;
  }
}
