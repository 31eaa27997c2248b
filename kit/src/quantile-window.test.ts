import { expect, test } from 'vitest';
import { QuantileWindow } from './index.ts';

test('quantiles are values of the window by nearest rank', () => {
  const window = new QuantileWindow();
  for (const value of [50, 10, 40, 20, 30]) window.add(value);
  expect(window.quantiles([0, 0.5, 0.95, 1])).toEqual([10, 30, 50, 50]);
});

test('an empty window has no quantiles', () => {
  expect(new QuantileWindow().quantiles([0.5])).toBeUndefined();
});

test('only the latest values count', () => {
  const window = new QuantileWindow(3);
  for (const value of [1000, 1, 2, 3]) window.add(value);
  expect(window.count).toBe(3);
  expect(window.quantiles([1])).toEqual([3]);
});
