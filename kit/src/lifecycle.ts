import { isAbort } from './error.ts';

/** A long-lived part: returns when told to stop, throws when it is broken. */
export interface Part {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs parts together until `signal` aborts or one of them throws; then stops the others and waits for them.
 * Throws the first failure.
 */
export async function runTogether(parts: readonly Part[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  await Promise.all(
    parts.map(async (part) => {
      try {
        await part.run(all);
        if (!all.aborted) throw new Error(`${part.name} ended by itself`);
      } catch (error) {
        if (!(all.aborted && isAbort(error))) failures.push(error);
        stop.abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
