import { expect, it } from 'vitest';
import { BucketCounter } from './bucket-counts.ts';

it('counts each value in every bucket whose bound it does not exceed, and keeps sum and number of all', () => {
  const counter = new BucketCounter([10, 20]);
  for (const value of [5, 10, 15, 99]) counter.add(value);
  expect(counter.counts).toEqual({
    buckets: [
      { upTo: 10, count: 2 },
      { upTo: 20, count: 3 },
    ],
    sum: 129,
    count: 4,
  });
});
