import { expect, it } from 'vitest';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { Inspection } from '../domain/index.ts';
import { seeded } from '../teaching/index.ts';
import { KeptResults, readResults } from './kept-results.ts';

const HOUR_MS = 3_600_000;
const EVERY_MS = 200.123456;

/** A frame of a busy camera, five a second. */
function frame(camera: string, index: number, random: () => number): Inspection {
  const detections = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
    const [x, y] = [random() * 1800, random() * 900];
    const box = [x, y, x + 100 * random(), y + 150] as const;
    return { label: 'product', classId: 0, score: random(), box, mask: { x: 0, y: 0, width: 1, height: 1, runs: [1] } };
  });
  return {
    frame: { camera, index, atMs: 1_000 + index * EVERY_MS, width: 1920, height: 1080 },
    model: 'defect',
    result: { status: 'ok', detections },
    times: { waitMs: 1, inferMs: 2, decodeMs: 3 },
  };
}

it('gives the results of each camera back in their order, to a thousandth, and those of no shadow', async () => {
  const random = seeded(7);
  const all = Array.from({ length: 2_000 }, (_, index) => frame(index % 2 === 0 ? 'belt' : 'gate', index, random));
  const kept = new KeptResults({ nowMs: () => 1_000, skips: (model) => model.includes('~') });
  for (const one of all) {
    kept.inspection(one);
    kept.inspection({ ...one, model: 'defect~candidate' });
  }
  await waitFor('the first part to be compressed', () => kept.take('belt').some((part) => typeof part !== 'string'));
  const back = [...readResults(kept.take('belt'))];
  const expected = all.filter((one) => one.frame.camera === 'belt');
  expect(back).toHaveLength(expected.length);
  for (const [n, one] of back.entries()) {
    const before = expected[n];
    if (one.result.status !== 'ok' || before?.result.status !== 'ok') throw new Error('not ok');
    expect([one.frame.index, one.model]).toEqual([before.frame.index, 'defect']);
    for (const [k, detection] of one.result.detections.entries()) {
      const was = before.result.detections[k];
      expect(Math.abs(detection.score - (was?.score ?? 9))).toBeLessThanOrEqual(0.0005);
      expect(Math.abs(detection.box[2] - (was?.box[2] ?? 9))).toBeLessThanOrEqual(0.0005);
      expect(detection).not.toHaveProperty('mask');
    }
  }
  expect([...readResults(kept.take('belt'), 1_000 + 1_000 * EVERY_MS)]).toHaveLength(500);
  expect(kept.of('roof')).toBeUndefined();
});

it('forgets what is older than an hour, and the oldest of a camera that has more than its share', async () => {
  const random = seeded(8);
  let nowMs = 0;
  const maxBytes = 200_000;
  const kept = new KeptResults({ nowMs: () => nowMs, maxBytes });
  const frames = Math.round(HOUR_MS / EVERY_MS);
  for (let index = 0; index < frames; index += 1) {
    const one = frame('belt', index, random);
    nowMs = one.frame.atMs;
    kept.inspection(one);
    // The compression is another thread's.
    if (index % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await waitFor('all to be compressed', () => (kept.of('belt')?.bytes ?? 0) <= maxBytes);
  const state = kept.of('belt');
  const results = [...readResults(kept.take('belt'))];
  expect(results).toHaveLength(state?.results ?? 0);
  expect(results.at(-1)?.frame.index).toBe(frames - 1);
  // All that is left is the newest part, without a gap.
  expect(results[0]?.frame.index).toBe(frames - results.length);
  expect(results.length).toBeLessThan(frames);
  nowMs += HOUR_MS + 1;
  expect(kept.of('belt')).toBeUndefined();
  expect(kept.take('belt')).toEqual([]);
});
