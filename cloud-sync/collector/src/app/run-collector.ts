import { type Clock, isAbort, type Logger, messageOf } from '@lineside/kit';
import { openBroker } from '../broker/index.ts';
import type { CollectorConfig } from '../config/index.ts';
import { DataLock, type RuntimeInfo } from '../runtime/index.ts';
import type { CollectorStore } from '../store/index.ts';
import { openStoreWhenAvailable } from './open-store.ts';
import { serve } from './serve.ts';

export interface CollectorOptions {
  readonly config: CollectorConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
  readonly onReady: (info: RuntimeInfo) => void;
}

/** The collector in one process: broker, ingest, gaps, pictures, page. Returns when the signal aborts. */
export async function runCollector(options: CollectorOptions, signal: AbortSignal): Promise<void> {
  const lock = DataLock.take(options.config.data);
  try {
    const store = await openStoreWhenAvailable(options, signal);
    if (store === undefined) return;
    try {
      await runWithStore(store, options, signal);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

async function runWithStore(store: CollectorStore, options: CollectorOptions, signal: AbortSignal): Promise<void> {
  const broker = await openBroker({ ...options, credentials: store.credentials });
  // The broker stops after the rest, so that devices receive the message that the collector leaves.
  const stop = new AbortController();
  const brokerStop = new AbortController();
  const brokerRun = broker.service.run(brokerStop.signal);
  const serving = serve({ ...options, store, broker }, AbortSignal.any([signal, stop.signal]));
  try {
    await Promise.race([brokerRun, serving]);
  } finally {
    stop.abort();
    await ended(serving, options.log);
    brokerStop.abort();
    await ended(brokerRun, options.log);
  }
}

/** Waits for what is being stopped; its failure, if it is the first, was thrown already. */
async function ended(work: Promise<void>, log: Logger): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isAbort(error)) log.debug({ error: messageOf(error) }, 'ended with a failure');
  }
}
