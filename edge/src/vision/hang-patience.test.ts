import { expect, it } from 'vitest';
import { HangPatience } from './hang-patience.ts';

it('patience grows with each replacement that did not help, and is as at first after one that did', () => {
  const patience = new HangPatience();
  const factors = (times: number): number[] =>
    Array.from({ length: times }, () => {
      patience.replaced();
      return patience.factor;
    });
  expect(factors(4)).toEqual([1, 2, 4, 4]);
  patience.inspected();
  expect(factors(2)).toEqual([1, 2]);
});
