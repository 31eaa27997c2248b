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

/** For `catch`: ignores the rejection of an aborted wait and throws everything else. */
export function unlessAbort(thrown: unknown): void {
  if (!isAbort(thrown)) throw thrown;
}
