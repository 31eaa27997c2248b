import { Backoff, type Clock, type Logger, messageOf, unlessAbort } from '@lineside/kit';
import type { CollectorConfig } from '../config/index.ts';
import { mayOpenLater, openStore, type CollectorStore } from '../store/index.ts';

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;

export interface OpenStoreOptions {
  readonly config: CollectorConfig;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the store, waiting while its database does not answer, as after a power cut; undefined when aborted first. */
export async function openStoreWhenAvailable(
  { config, clock, log }: OpenStoreOptions,
  signal: AbortSignal,
): Promise<CollectorStore | undefined> {
  const backoff = new Backoff({ firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS });
  while (!signal.aborted) {
    try {
      return await openStore(config);
    } catch (error) {
      if (!mayOpenLater(error)) throw error;
      const waitMs = backoff.next();
      log.warn({ error: messageOf(error), waitMs }, 'the store does not answer yet');
      await clock.sleep(waitMs, signal).catch(unlessAbort);
    }
  }
  return undefined;
}
