import { expect, test } from 'vitest';
import { AttemptLimit } from './attempt-limit.ts';

test('after ten wrong attempts a sender waits, and others do not', () => {
  let now = 0;
  const limit = new AttemptLimit(() => now);
  for (let n = 0; n < 10; n += 1) {
    expect(limit.waitS('10.0.0.1')).toBe(0);
    limit.wrong('10.0.0.1');
  }
  expect(limit.waitS('10.0.0.1')).toBe(6);
  expect(limit.waitS('10.0.0.2')).toBe(0);
  now = 6000;
  expect(limit.waitS('10.0.0.1')).toBe(0);
  limit.wrong('10.0.0.1');
  expect(limit.waitS('10.0.0.1')).toBe(6);
});
