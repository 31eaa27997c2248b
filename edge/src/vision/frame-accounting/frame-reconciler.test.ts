import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../domain/index.ts';
import { FrameReconciler } from './frame-reconciler.ts';

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

describe('the frames that are lost when the vision process ends', () => {
  it('are those that were offered and have no outcome', () => {
    const reconciler = new FrameReconciler({});
    reconciler.inspection(inspection(0));
    reconciler.heartbeat({
      type: 'heartbeat',
      skipped: [{ camera: 'c', model: 'm', reason: 'newer_frame', count: 2 }],
      offered: [{ camera: 'c', model: 'm', offered: 5 }],
    });
    reconciler.inspection(inspection(3));
    expect(reconciler.lost(new Set(), LANES)).toEqual([{ camera: 'c', model: 'm', offered: 1 }]);
  });

  it('are none when outcomes are newer than the last heartbeat', () => {
    const reconciler = new FrameReconciler({});
    reconciler.heartbeat({ type: 'heartbeat', skipped: [], offered: [{ camera: 'c', model: 'm', offered: 1 }] });
    reconciler.inspection(inspection(0));
    reconciler.inspection(inspection(1));
    expect(reconciler.lost(new Set(), LANES)).toEqual([]);
  });

  it('are, of a recording, every frame and model without an outcome', () => {
    const reconciler = new FrameReconciler({ c: 10 });
    for (const index of [10, 11, 12]) reconciler.inspection(inspection(index));
    reconciler.inspection(inspection(10, 'n'));
    expect(reconciler.lost(new Set(['c']), LANES)).toEqual([{ camera: 'c', model: 'n', offered: 2 }]);
    expect(reconciler.nextIndex('c')).toBe(13);
  });

  it('never have an index that is used again', () => {
    const reconciler = new FrameReconciler({ c: 10 });
    expect(reconciler.nextIndex('c')).toBe(10);
    reconciler.heartbeat({ type: 'heartbeat', skipped: [], offered: [{ camera: 'c', model: 'm', offered: 7 }] });
    expect(reconciler.nextIndex('c')).toBe(17);
    expect(reconciler.nextIndex('other')).toBe(0);
  });
});
