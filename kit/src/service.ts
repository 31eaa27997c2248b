import { isAbort } from './error.ts';

/** A long-lived part of a program. `run` returns after its signal aborts and throws when the service fails. */
export interface Service {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Settles as the promise does, or resolves to undefined when the signal aborts. Leaves no listener behind: a signal that lives as long as
 * the service would keep everything that was waited for.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** For `catch`: ignores the rejection of an aborted wait and throws everything else. */
export function unlessAbort(thrown: unknown): void {
  if (!isAbort(thrown)) throw thrown;
}
