import { expect, it } from 'vitest';
import { bestBefore, formatDate, parseDate, parseShelfLife } from './index.ts';

it.each([
  ['2026-11-28', '180d', 'day', '2027-05-27'],
  ['2026-08-31', '6 months', 'day', '2027-02-28'],
  ['2028-02-29', '1y', 'day', '2029-02-28'],
  ['2026-11-28', '2 weeks', 'day', '2026-12-12'],
  ['2026-11-28', '12 months', 'month', '2027-11-30'],
  ['2026-12-31', '1mo', 'day', '2027-01-31'],
] as const)('what was produced on %s and keeps %s is best before %s %s', (produced, life, precision, expected) => {
  const date = parseDate(produced);
  const shelfLife = parseShelfLife(life);
  if (date === undefined || shelfLife === undefined) throw new Error('the example is no date or shelf life');
  expect(formatDate(bestBefore(date, shelfLife, precision))).toBe(expected);
});

it.each(['', '0d', 'd', '5 fortnights', '-3d', '1.5y'])('"%s" is no shelf life', (text) => {
  expect(parseShelfLife(text)).toBeUndefined();
});
