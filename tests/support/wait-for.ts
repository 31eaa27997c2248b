import { setTimeout as sleep } from 'node:timers/promises';
import { MachineTime } from './machine-time.ts';

export interface WaitOptions {
  /** Of an undisturbed machine; beside other busy processes the wait is longer in proportion. */
  readonly withinMs?: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Polls `probe` until it gives something other than undefined, null or false, and returns that. A probe that throws
 * has not happened yet; the last error is part of the message when time is up.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  { withinMs = 15_000, everyMs = 25, signal }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const time = new MachineTime();
  let last: Error | undefined;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== null && found !== false) {
        return found as Exclude<T, undefined | null | false>;
      }
      last = undefined;
    } catch (error) {
      last = error instanceof Error ? error : new Error(String(error));
    }
    if (time.spentMs() >= withinMs) {
      const because = last === undefined ? '' : `; last: ${last.message}`;
      throw new Error(`waited ${withinMs} ms for ${what}, and it did not happen${because}`, { cause: last });
    }
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal });
  }
}
