import { expect, it } from 'vitest';
import { TallyCounts } from './tally-counts.ts';

it('counts of one name and label are one entry, and taking them begins again', () => {
  const counts = new TallyCounts();
  for (let item = 0; item < 1000; item += 1) counts.add('counted', item % 2 === 0 ? 'bottle' : 'can', 1);
  counts.add('counted', 'can', -1);
  expect(counts.take()).toEqual([
    { name: 'counted', label: 'bottle', count: 500 },
    { name: 'counted', label: 'can', count: 499 },
  ]);
  expect(counts.take()).toEqual([]);
});

it('what was taken back completely is reported as 0', () => {
  const counts = new TallyCounts();
  counts.add('counted', 'bottle', 1);
  counts.add('counted', 'bottle', -1);
  expect(counts.take()).toEqual([{ name: 'counted', label: 'bottle', count: 0 }]);
});
