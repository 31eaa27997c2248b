import { isAbort } from './error.ts';

/** A long-lived part of a program. `run` returns after its signal aborts and throws when the service fails. */
export interface Service {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs services together until `signal` aborts or one of them fails; then stops the others and waits for them. A
 * service that returns before it is asked to stop has failed. Throws the first failure.
 */
export async function superviseServices(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  await Promise.all(
    services.map(async (service) => {
      try {
        await service.run(all);
        if (!all.aborted) throw new Error(`${service.name} ended by itself`);
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

/** For `catch`: ignores the rejection of an aborted wait and throws everything else. */
export function unlessAbort(thrown: unknown): void {
  if (!isAbort(thrown)) throw thrown;
}
