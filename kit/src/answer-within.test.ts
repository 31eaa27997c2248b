import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { answerWithin } from './index.ts';

const NEVER = new Promise<never>(() => undefined);
const late = (): Error => new Error('late');

test('an answer, and what is wrong with one, pass through and leave no listener behind', async () => {
  const { signal: ended } = new AbortController();
  const limits = { withinMs: 60_000, late, ended };
  expect(await answerWithin(Promise.resolve(7), limits)).toBe(7);
  await expect(answerWithin(Promise.reject(new Error('refused')), limits)).rejects.toThrow('refused');
  expect(getEventListeners(ended, 'abort')).toHaveLength(0);
});

test('no answer in time is late, and leaves no listener behind', async () => {
  const { signal: ended } = new AbortController();
  await expect(answerWithin(NEVER, { withinMs: 5, late, ended })).rejects.toThrow('late');
  expect(getEventListeners(ended, 'abort')).toHaveLength(0);
});

test('the end of whatever answers ends the wait with its reason, also when it was before', async () => {
  const end = new AbortController();
  const waits = answerWithin(NEVER, { withinMs: 60_000, late, ended: end.signal });
  end.abort(new Error('cable pulled'));
  await expect(waits).rejects.toThrow('cable pulled');
  await expect(answerWithin(NEVER, { withinMs: 60_000, late, ended: end.signal })).rejects.toThrow('cable pulled');
});
