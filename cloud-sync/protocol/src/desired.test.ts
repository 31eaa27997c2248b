import { expect, test } from 'vitest';
import { Desired, floorAfter, MAX_REVISION_STEP } from './desired.ts';

test('the floor of revisions follows what is near, never falls, and rises by a bounded step', () => {
  expect(floorAfter(0, 1)).toBe(1);
  expect(floorAfter(7, 8)).toBe(8);
  expect(floorAfter(7, 3)).toBe(7);
  expect(floorAfter(7, Number.MAX_SAFE_INTEGER)).toBe(7 + MAX_REVISION_STEP);
  let floor = 7;
  for (let n = 0; n < 100_000; n += 1) floor = floorAfter(floor, Number.MAX_SAFE_INTEGER);
  // Even so many leave a next revision that fits the schema.
  expect(Desired.safeParse({ v: 1, t: 0, revision: floor + 1 }).success).toBe(true);
});
