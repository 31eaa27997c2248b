import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { aborted, type Service, superviseServices, systemClock, unlessAbort, untilAborted } from './index.ts';

const waits = (name: string, stopped: string[]): Service => ({
  name,
  run: async (signal) => {
    await aborted(signal);
    stopped.push(name);
  },
});

const fails = (error: Error): Service => ({ name: 'failing', run: () => Promise.reject(error) });

test('the services run until the signal aborts', async () => {
  const stopped: string[] = [];
  const stop = new AbortController();
  const ran = superviseServices([waits('a', stopped), waits('b', stopped)], stop.signal);
  expect(stopped).toEqual([]);
  stop.abort();
  await ran;
  expect(stopped).toEqual(['a', 'b']);
});

test('the failure of one service stops the others and is thrown after they have ended', async () => {
  const stopped: string[] = [];
  const failure = new Error('disk full');
  const ran = superviseServices([waits('a', stopped), fails(failure)], new AbortController().signal);
  await expect(ran).rejects.toBe(failure);
  expect(stopped).toEqual(['a']);
});

test('the first of several failures is thrown', async () => {
  const first = new Error('first');
  const later: Service = {
    name: 'later',
    run: async (signal) => {
      await aborted(signal);
      throw new Error('later');
    },
  };
  await expect(superviseServices([later, fails(first)], new AbortController().signal)).rejects.toBe(first);
});

test('a service that returns without being asked to stop counts as failed', async () => {
  const idle: Service = { name: 'idle', run: () => Promise.resolve() };
  await expect(superviseServices([idle], new AbortController().signal)).rejects.toThrow('idle ended by itself');
});

test('a service may end with the AbortError of its own wait', async () => {
  const stop = new AbortController();
  const sleeper: Service = { name: 'sleeper', run: (signal) => systemClock.sleep(60_000, signal) };
  const ran = superviseServices([sleeper], stop.signal);
  stop.abort();
  await expect(ran).resolves.toBeUndefined();
});

test('unlessAbort throws everything but the rejection of an aborted wait', async () => {
  await expect(systemClock.sleep(1_000, AbortSignal.abort()).catch(unlessAbort)).resolves.toBeUndefined();
  await expect(Promise.reject(new Error('other')).catch(unlessAbort)).rejects.toThrow('other');
});

test('what ends before the signal leaves no listener at it', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
  await expect(untilAborted(Promise.reject(new Error('lost')), signal)).rejects.toThrow('lost');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('the wait for something that never ends, or has failed since, ends with the signal', async () => {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<number>();
  const waited = untilAborted(promise, stop.signal);
  stop.abort();
  expect(await waited).toBeUndefined();
  reject(new Error('nobody waits for this any more'));
  expect(await untilAborted(new Promise<number>(() => undefined), stop.signal)).toBeUndefined();
});
