import { describe, expect, it } from 'vitest';
import { assign } from './assignment.ts';

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Least total over all ways, where a row left out costs `limit`. */
function leastByTrying(costs: Float64Array, rows: number, columns: number, limit: number): number {
  const taken = new Set<number>();
  const from = (row: number): number => {
    if (row === rows) return 0;
    let best = limit + from(row + 1);
    for (let column = 0; column < columns; column += 1) {
      const cost = costs[row * columns + column]!;
      if (taken.has(column) || cost >= limit) continue;
      taken.add(column);
      best = Math.min(best, cost + from(row + 1));
      taken.delete(column);
    }
    return best;
  };
  return from(0);
}

describe('assign', () => {
  it('has the least total cost, as found by trying every assignment, for any shape', () => {
    const next = random(7);
    for (let round = 0; round < 400; round += 1) {
      const rows = 1 + Math.floor(next() * 5);
      const columns = 1 + Math.floor(next() * 5);
      const costs = Float64Array.from({ length: rows * columns }, () => (next() < 0.2 ? Infinity : next() * 1.2));
      const columnOfRow = assign(costs, rows, columns, 1);
      const used = [...columnOfRow].filter((column) => column >= 0);
      expect(new Set(used).size).toBe(used.length);
      const total = columnOfRow.reduce(
        (sum, column, row) => sum + (column < 0 ? 1 : costs[row * columns + column]!),
        0,
      );
      expect(total).toBeCloseTo(leastByTrying(costs, rows, columns, 1), 9);
    }
  });

  it('keeps one excellent pair rather than make two poor ones', () => {
    expect([...assign(Float64Array.of(0.05, 0.7, 0.7, Infinity), 2, 2, 0.8)]).toEqual([0, -1]);
  });

  it('comes back when every cost is not a number', () => {
    expect([...assign(new Float64Array(4).fill(Number.NaN), 2, 2, 1)]).toEqual([-1, -1]);
  });
});
