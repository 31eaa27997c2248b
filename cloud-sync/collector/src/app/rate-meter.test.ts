import { expect, it } from 'vitest';
import { Recent } from './rate-meter.ts';

it('tells the rate of the last minute, and forgets what is older', () => {
  let now = 1_000_000;
  const recent = new Recent(60_000, 12, () => now);
  expect(recent.values).toBeUndefined();
  recent.add(300);
  now += 30_000;
  recent.add(300);
  expect(recent.perSecond).toBe(20);
  expect(recent.values).toEqual({ mean: 300, worst: 300 });
  now += 45_000;
  recent.add(60);
  expect(recent.perSecond).toBe(6);
  expect(recent.values).toEqual({ mean: 180, worst: 300 });
  now += 600_000;
  expect(recent.perSecond).toBe(0);
  expect(recent.values).toBeUndefined();
});
