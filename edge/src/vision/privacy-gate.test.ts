import { describe, expect, it } from 'vitest';
import { systemClock } from '@lineside/kit';
import { BufferPool } from '../camera/index.ts';
import type { InferenceResult } from '../domain/index.ts';
import type { PrivacyPlan } from '../privacy/index.ts';
import { FrameRing, type HeldFrame } from './frame-ring.ts';
import { PrivacyGate } from './privacy-gate.ts';

const SIZE = { width: 32, height: 32 };
const HEADS: PrivacyPlan = {
  ...{ masks: [], blur: 'heads', model: 'ppe', margin: 0, holdMs: 500 },
  ...{ headLabels: ['face'], personLabels: ['person'] },
};
const HEAD_AT_LEFT: InferenceResult = {
  status: 'ok',
  detections: [{ label: 'face', classId: 0, score: 0.9, box: [0, 0, 16, 32] }],
};
const never = new AbortController().signal;

/** A gate with frames of stripes: whatever is covered has lost them. */
function world(plan: PrivacyPlan | undefined) {
  const ring = new FrameRing(new BufferPool(), 8);
  const covered: number[] = [];
  const gate = new PrivacyGate({ plan, ring, clock: systemClock, onCovered: ({ index }) => void covered.push(index) });
  const take = (index: number, isInspected = true): HeldFrame => {
    const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (Math.floor(at / 3) % 2) * 255);
    const frame: HeldFrame = {
      index,
      arrivedMs: index * 200,
      pixels,
      size: SIZE,
      source: SIZE,
      pins: 0,
      inspected: false,
    };
    gate.arrived(frame, isInspected);
    ring.hold(frame);
    return frame;
  };
  const result = (frame: HeldFrame, what: InferenceResult | undefined): void => {
    const ref = { camera: 'a', index: frame.index, atMs: frame.arrivedMs, ...SIZE };
    gate.outcome(frame, ref, 'ppe', what);
  };
  const shown = async (index?: number) => {
    const frame = await gate.shown(index, never);
    frame?.release();
    return frame;
  };
  return { ring, gate, covered, take, result, shown };
}

/** Which halves of the picture still have their stripes. */
function clearHalves(pixels: Uint8Array): string[] {
  const hasStripes = (from: number): boolean =>
    Array.from({ length: 15 }, (_, n) => (16 * 32 + from + n) * 3).some(
      (at) => Math.abs(pixels[at]! - pixels[at + 3]!) > 100,
    );
  return [...(hasStripes(0) ? ['left'] : []), ...(hasStripes(16) ? ['right'] : [])];
}

describe('a picture of a camera that covers heads', () => {
  it('shows the frame that is asked for, with the heads in it covered and the rest clear', async () => {
    const { take, result, shown, covered } = world(HEADS);
    result(take(0), HEAD_AT_LEFT);
    const picture = await shown(0);
    expect([picture?.privacy, clearHalves(picture!.pixels), covered]).toEqual(['people', ['right'], [0]]);
  });

  it('waits for the result of its frame', async () => {
    const { take, result, shown } = world(HEADS);
    const frame = take(0);
    const picture = shown(0);
    setImmediate(() => result(frame, HEAD_AT_LEFT));
    expect(clearHalves((await picture)!.pixels)).toEqual(['right']);
  });

  it.each<[string, InferenceResult | undefined]>([
    ['was skipped', undefined],
    ['has no result', { status: 'no_result', reason: 'inference_error' }],
    ['has a result that is not to be trusted', { status: 'degraded', reason: 'suspect_scores', detections: [] }],
  ])('is covered completely where the frame %s and no other is near', async (_, what) => {
    const { take, result, shown, covered } = world(HEADS);
    const frame = take(0);
    result(frame, what);
    const picture = await shown(0);
    expect([picture?.privacy, clearHalves(picture!.pixels), covered]).toEqual(['all', [], []]);
    // The frame itself is needed for other pictures, and stays as it is.
    expect(clearHalves(frame.pixels)).toEqual(['left', 'right']);
  });

  it('shows the nearest frame with a result in place of one without, and none that is long past', async () => {
    const { take, result, shown } = world(HEADS);
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const frame = take(index, index < 2);
      if (index < 2) result(frame, HEAD_AT_LEFT);
    }
    expect((await shown(3))?.frame.index).toBe(1);
    expect((await shown(5))?.privacy).toBe('all');
  });

  it('is covered completely while the picture is dark, because nobody is detected in the dark', async () => {
    const { take, result, shown, gate } = world(HEADS);
    gate.problems(['dark']);
    result(take(0), { status: 'ok', detections: [] });
    expect((await shown(0))?.privacy).toBe('all');
    gate.problems(['frozen']);
    result(take(9), { status: 'ok', detections: [] });
    expect((await shown(9))?.privacy).toBe('people');
  });

  it('is the newest with a result when a live picture is asked for', async () => {
    const { take, result, shown } = world(HEADS);
    result(take(0), HEAD_AT_LEFT);
    take(1);
    expect((await shown())?.frame.index).toBe(0);
    for (let index = 20; index < 24; index += 1) take(index, false);
    expect((await shown())?.privacy).toBe('all');
  });

  it('does not count results of other models', async () => {
    const { take, gate, shown } = world(HEADS);
    const frame = take(0);
    gate.outcome(frame, { camera: 'a', index: 0, atMs: 0, ...SIZE }, 'defect', { status: 'ok', detections: [] });
    expect(frame.people).toBe('waiting');
    expect((await shown(0))?.privacy).toBe('all');
  });

  it('is covered completely where no model can say where people are', async () => {
    const { take, result, shown } = world({ ...HEADS, model: undefined });
    result(take(0, false), HEAD_AT_LEFT);
    expect((await shown(0))?.privacy).toBe('all');
  });
});

it('masks are burned in before a frame is held, without a result of any model', async () => {
  const left = [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ] as const;
  const { take, shown, covered } = world({ ...HEADS, blur: 'none', masks: [left] });
  expect(clearHalves(take(0, false).pixels)).toEqual(['right']);
  expect((await shown(0))?.privacy).toBe('masks');
  expect(covered).toEqual([0]);
});

it('a camera without privacy shows its frames as they are', async () => {
  const { take, shown, covered } = world(undefined);
  take(0);
  const picture = await shown(0);
  expect([picture?.privacy, clearHalves(picture!.pixels), covered]).toEqual(['none', ['left', 'right'], []]);
});
