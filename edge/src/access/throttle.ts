/** How often one may fail before one has to wait, and how long at most. */
interface Allowance {
  readonly free: number;
  readonly maxMs: number;
}

interface Failures {
  times: number;
  /** Monotonic ms. */
  nextMs: number;
}

const FIRST_MS = 1_000;
const MAX_KEYS = 2_000;
const FORGET_MS = 3_600_000;

/**
 * Slows guessing down: after a few failures each further one doubles the wait. Counted by address, and by name, so that
 * many addresses together guess no faster; the wait for a name is short, for whoever knows a name could lock its owner out.
 */
export class Throttle {
  readonly #failures = new Map<string, Failures>();
  readonly #nowMs: () => number;

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until the next try is allowed; 0 when it is now. */
  waitMs(keys: readonly string[]): number {
    const now = this.#nowMs();
    return Math.max(0, ...keys.map((key) => (this.#failures.get(key)?.nextMs ?? 0) - now));
  }

  /** Counts a failure. True when it is the first that makes somebody wait. */
  failed(keys: readonly string[]): boolean {
    const now = this.#nowMs();
    let begins = false;
    for (const key of keys) {
      const before = this.#failures.get(key);
      const times = before === undefined || now - before.nextMs > FORGET_MS ? 1 : before.times + 1;
      const { free, maxMs } = allowanceOf(key);
      const waitMs = times < free ? 0 : Math.min(maxMs, FIRST_MS * 2 ** Math.min(20, times - free));
      begins ||= times === free;
      this.#failures.delete(key);
      this.#failures.set(key, { times, nextMs: now + waitMs });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= MAX_KEYS) break;
      this.#failures.delete(key);
    }
    return begins;
  }

  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key);
  }
}

function allowanceOf(key: string): Allowance {
  return key.startsWith('name ') ? { free: 5, maxMs: 30_000 } : { free: 10, maxMs: 300_000 };
}
