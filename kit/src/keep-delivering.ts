import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { unlessAbort } from './service.ts';

export interface DeliveryPace {
  /** Between two deliveries where all arrived. */
  readonly everyMs: number;
  /** After a failure, doubled with each further one up to `maxRetryMs`. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Calls `deliver`, which says whether all arrived and never rejects, again and again until `signal` aborts. */
export async function keepDelivering(
  deliver: (signal: AbortSignal) => Promise<boolean>,
  { everyMs, firstRetryMs, maxRetryMs, clock, random }: DeliveryPace,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ firstMs: firstRetryMs, maxMs: maxRetryMs, random });
  while (!signal.aborted) {
    const isDone = await deliver(signal);
    if (isDone) backoff.reset();
    await clock.sleep(isDone ? everyMs : backoff.next(), signal).catch(unlessAbort);
  }
}
