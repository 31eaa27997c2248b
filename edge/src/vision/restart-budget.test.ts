import { describe, expect, it } from 'vitest';
import { RestartBudget } from './restart-budget.ts';

describe('the budget of restarts', () => {
  it('starts again at once five times a minute, then slower and slower', () => {
    const budget = new RestartBudget(() => 1);
    const waits = Array.from({ length: 10 }, (_, n) => budget.next(n * 1000));
    expect(waits).toEqual([0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('is full again after a quiet minute', () => {
    const budget = new RestartBudget(() => 1);
    for (let n = 0; n < 10; n++) budget.next(n * 1000);
    expect(budget.next(100_000)).toBe(0);
  });
});
