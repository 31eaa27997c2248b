import { expect, test } from 'vitest';
import { LogThrottle } from './index.ts';

test('a repeated problem is logged at once, then once per interval with the count since the last line', () => {
  let now = 0;
  const throttle = new LogThrottle({ everyMs: 1_000, nowMs: () => now });
  expect(throttle.due('disk')).toBe(1);
  now = 500;
  expect(throttle.due('disk')).toBeUndefined();
  now = 999;
  expect(throttle.due('disk')).toBeUndefined();
  now = 1_000;
  expect(throttle.due('disk')).toBe(3);
  now = 5_000;
  expect(throttle.due('disk')).toBe(1);
});

test('problems with different keys do not silence each other', () => {
  const throttle = new LogThrottle({ everyMs: 1_000, nowMs: () => 0 });
  expect(throttle.due('disk')).toBe(1);
  expect(throttle.due('network')).toBe(1);
  expect(throttle.due('disk')).toBeUndefined();
});

test('the number of remembered keys is bounded', () => {
  const throttle = new LogThrottle({ everyMs: 1_000, nowMs: () => 0, maxKeys: 2 });
  for (const key of ['a', 'b']) throttle.due(key);
  expect(throttle.due('a')).toBeUndefined();
  throttle.due('c');
  expect(throttle.due('a')).toBe(1);
});
