import { setTimeout as delay } from 'node:timers/promises';

/** Time as an argument. Liveness, dwell and durations use `monoMs`; `wallMs` is a label only. */
export interface Clock {
  /** Milliseconds since some fixed instant of this boot; never steps. */
  monoMs(): number;
  /** Milliseconds since 1970 by the wall clock, which may be wrong. */
  wallMs(): number;
  /** Resolves after `ms`. When the signal aborts, rejects with an AbortError whose `cause` is the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. `monoMs` counts from the machine's boot (CLOCK_MONOTONIC), so that processes agree on it. */
export const systemClock: Clock = {
  monoMs: () => Number(process.hrtime.bigint()) / 1e6,
  wallMs: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
