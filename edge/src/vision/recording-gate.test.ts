import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { RecordingGate } from './recording-gate.ts';

test('a frame waits until all of its results have been dealt with', async () => {
  const stop = new AbortController();
  const gate = new RecordingGate(stop.signal);
  const order: string[] = [];
  const waited = gate.wait(7, 2).then(() => order.push('released'));
  gate.dealtWith(6);
  gate.dealtWith(7);
  await Promise.resolve();
  order.push('one result is missing');
  gate.dealtWith(7);
  await waited;
  expect(order).toEqual(['one result is missing', 'released']);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('nothing waits once the signal has aborted', async () => {
  const stop = new AbortController();
  const waited = new RecordingGate(stop.signal).wait(1, 1);
  stop.abort();
  await expect(waited).resolves.toBeUndefined();
});
