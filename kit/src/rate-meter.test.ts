import { expect, test } from 'vitest';
import { RateMeter } from './index.ts';

test('the meter gives the rate of its span and forgets what is older', () => {
  let now = 1_000_000;
  const meter = new RateMeter({ spanMs: 60_000, slots: 12, nowMs: () => now });
  expect(meter.values).toBeUndefined();
  meter.add(300);
  now += 30_000;
  meter.add(300);
  expect(meter.perSecond).toBe(20);
  expect(meter.values).toEqual({ mean: 300, max: 300 });
  now += 45_000;
  meter.add(60);
  expect(meter.perSecond).toBe(6);
  expect(meter.values).toEqual({ mean: 180, max: 300 });
  now += 600_000;
  expect(meter.perSecond).toBe(0);
  expect(meter.values).toBeUndefined();
});

test('a steady stream has a steady rate, which falls to zero within the span after it ends', () => {
  let now = 5_000;
  const meter = new RateMeter({ spanMs: 30_000, slots: 30, nowMs: () => now });
  expect(meter.perSecond).toBe(0);
  for (let second = 0; second < 60; second += 1) {
    now = second * 1_000;
    meter.add(100);
  }
  now = 59_500;
  expect(meter.perSecond).toBeCloseTo(100, 0);
  now = 75_000;
  expect(meter.perSecond).toBeCloseTo(50, -1);
  now = 1_000_000;
  expect(meter.perSecond).toBe(0);
});
