import { describe, expect, it } from 'vitest';
import type { Inspection } from '../domain/index.ts';
import { Accounts } from './accounts.ts';

const inspection = (index: number, model = 'm'): Inspection => ({
  frame: { camera: 'c', index, atMs: 0, width: 1, height: 1 },
  model,
  result: { status: 'ok', detections: [] },
  times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
});
const LANES = [
  { camera: 'c', model: 'm' },
  { camera: 'c', model: 'n' },
];

describe('what a life of the vision process owes', () => {
  it('is what was offered and got no fate', () => {
    const accounts = new Accounts({});
    accounts.inspection(inspection(0));
    accounts.heartbeat({
      type: 'heartbeat',
      skipped: [{ camera: 'c', model: 'm', reason: 'newer_frame', count: 2 }],
      offered: [{ camera: 'c', model: 'm', offered: 5 }],
    });
    accounts.inspection(inspection(3));
    expect(accounts.lost(new Set(), LANES)).toEqual([{ camera: 'c', model: 'm', offered: 1 }]);
  });

  it('is nothing when fates are newer than the last heartbeat', () => {
    const accounts = new Accounts({});
    accounts.heartbeat({ type: 'heartbeat', skipped: [], offered: [{ camera: 'c', model: 'm', offered: 1 }] });
    accounts.inspection(inspection(0));
    accounts.inspection(inspection(1));
    expect(accounts.lost(new Set(), LANES)).toEqual([]);
  });

  it('is, of a recording, one fate per frame and model', () => {
    const accounts = new Accounts({ c: 10 });
    for (const index of [10, 11, 12]) accounts.inspection(inspection(index));
    accounts.inspection(inspection(10, 'n'));
    expect(accounts.lost(new Set(['c']), LANES)).toEqual([{ camera: 'c', model: 'n', offered: 2 }]);
    expect(accounts.nextIndex('c')).toBe(13);
  });

  it('never lets an index come twice', () => {
    const accounts = new Accounts({ c: 10 });
    expect(accounts.nextIndex('c')).toBe(10);
    accounts.heartbeat({ type: 'heartbeat', skipped: [], offered: [{ camera: 'c', model: 'm', offered: 7 }] });
    expect(accounts.nextIndex('c')).toBe(17);
    expect(accounts.nextIndex('other')).toBe(0);
  });
});
