import { describe, expect, it } from 'vitest';
import type { LossRow } from '../records/index.ts';
import { lossesByReason } from './loss-reasons.ts';

function loss(reason: string, count: number, device = 'line-1'): LossRow {
  return { device, epoch: '0'.repeat(16), stream: 'events', reason, count, first: 1, last: count, lastDeclaredAtMs: 0 };
}

describe('lossesByReason', () => {
  it('sums each reason over devices, and keeps the reasons with the largest sums', () => {
    const rows = [loss('rare', 1), loss('quota', 4), loss('corruption', 6), loss('quota', 5, 'line-2')];
    expect(lossesByReason(rows, 2)).toEqual([
      { reason: 'quota', count: 9 },
      { reason: 'corruption', count: 6 },
    ]);
  });

  it('keeps a frequent reason that comes after twenty rare ones', () => {
    const rows = [...Array.from({ length: 20 }, (_, n) => loss(`rare-${n}`, 1)), loss('quota', 100)];
    const reasons = lossesByReason(rows);
    expect(reasons).toHaveLength(20);
    expect(reasons[0]).toEqual({ reason: 'quota', count: 100 });
  });
});
