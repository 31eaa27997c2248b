import { expect, test } from 'vitest';
import { Backoff } from './index.ts';

const waits = (backoff: Backoff, count: number): number[] => Array.from({ length: count }, () => backoff.next());

test('waits double from the first to the greatest', () => {
  expect(waits(new Backoff({ firstMs: 100, maxMs: 1_000 }), 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('a wait is drawn from the upper half of its range', () => {
  expect(waits(new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0 }), 2)).toEqual([50, 100]);
  expect(waits(new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0.5 }), 2)).toEqual([75, 150]);
});

test('one prompt attempt comes before the doubling ones', () => {
  expect(waits(new Backoff({ firstMs: 100, maxMs: 300, promptMs: 10 }), 4)).toEqual([10, 100, 200, 300]);
});

test('a success makes the next wait the first again', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, promptMs: 10 });
  waits(backoff, 5);
  backoff.reset();
  expect(waits(backoff, 2)).toEqual([10, 100]);
});
