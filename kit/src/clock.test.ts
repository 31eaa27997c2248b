import { expect, test } from 'vitest';
import { isAbort, systemClock } from './index.ts';

test('the monotonic time advances while the clock sleeps', async () => {
  const before = systemClock.monoMs();
  await systemClock.sleep(20);
  // Node's timers may fire up to a millisecond early.
  expect(systemClock.monoMs() - before).toBeGreaterThanOrEqual(19);
});

test('a sleep rejects with an AbortError that carries the reason of the signal', async () => {
  const stop = new AbortController();
  const reason = new Error('the line stops');
  const slept = systemClock.sleep(60_000, stop.signal).catch((error: unknown) => error);
  stop.abort(reason);
  const thrown = await slept;
  expect(isAbort(thrown)).toBe(true);
  expect(thrown).toMatchObject({ cause: reason });
});

test('a sleep rejects at once when the signal has aborted before', async () => {
  await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toSatisfy(isAbort);
});
