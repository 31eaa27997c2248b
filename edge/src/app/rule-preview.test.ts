import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { systemClock } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import type { Inspection } from '../domain/index.ts';
import { KeptResults } from '../history/index.ts';
import { LinePreview } from './line-preview.ts';
import { previewRules } from './rule-preview.ts';

const BEGIN_MS = 5_000_000;
const FPS = 5;

/** A minute of a camera: something stands at the left from second 10 to 20, and something less certain at the right from 40 to 50. */
function minute(): Inspection[] {
  return Array.from({ length: 60 * FPS }, (_, index) => {
    const second = index / FPS;
    const seen = [
      ...(second >= 10 && second < 20 ? [{ x: 100, score: 0.9 }] : []),
      ...(second >= 40 && second < 50 ? [{ x: 500, score: 0.6 }] : []),
    ];
    const detections = seen.map(({ x, score }) => ({
      ...{ label: 'defect', classId: 0, score },
      box: [x, 100, x + 60, 160] as const,
    }));
    return {
      frame: { camera: 'belt', index, atMs: BEGIN_MS + second * 1_000, width: 640, height: 360 },
      model: 'defect',
      result: { status: 'ok' as const, detections },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    };
  });
}

function configuration(minScore: number, zone?: string, more = ''): string {
  const place = zone === undefined ? '' : `, zone: ${zone}`;
  return `device: line-1
cameras:
  - id: belt
    url: lavfi:testsrc
    fps: 5
    models: [defect]
    zones:
      - { id: right, polygon: [[0.6, 0], [1, 0], [1, 1], [0.6, 1]] }
signals: [{ id: scale, type: number, source: "push:" }]
rules:
  - { id: faults, type: product_defect, camera: belt, labels: [defect], minScore: ${minScore}${place} }
  - { id: packs, type: weight, camera: belt, signal: scale, nominal: 500 }
${more}`;
}

async function preview(before: string, after: string) {
  const kept = new KeptResults({ nowMs: () => BEGIN_MS + 60_000 });
  for (const one of minute()) kept.inspection(one);
  await using dir = await tempDir();
  return await previewRules(
    {
      ...{ camera: 'belt', path: dir.join('line.yaml'), before, after, importedDir: dir.join('models') },
      ...{ catalog: await catalogIds(CATALOG_DIR), results: kept.take('belt'), sinceMs: BEGIN_MS },
      wallZeroMs: 1_780_000_000_000,
    },
    new AbortController().signal,
  );
}

it('says which events a higher threshold would have left out, and when', async () => {
  const { changes, counts, rules, leftOut, results, fromAtMs, toAtMs } = await preview(
    configuration(0.5),
    configuration(0.8),
  );
  expect(rules).toEqual([{ rule: 'faults', before: 2, after: 1 }]);
  expect(counts).toEqual({ added: 0, removed: 1, changed: 0, unchanged: 1 });
  expect(changes).toMatchObject([{ change: 'removed', event: { rule: 'faults', label: 'defect' } }]);
  const [removed] = changes;
  const openedS = removed?.change === 'removed' ? (removed.event.openedAtMs - fromAtMs) / 1000 : 0;
  expect(openedS).toBeGreaterThanOrEqual(40);
  expect(openedS).toBeLessThan(50);
  expect([results, Math.round((toAtMs - fromAtMs) / 1000), fromAtMs]).toEqual([300, 60, 1_780_000_000_000 + BEGIN_MS]);
  // Weights come from a signal, of which nothing is kept.
  expect(leftOut).toEqual(['packs']);
});

it('says what a zone and a further rule would have done', async () => {
  const zoned = await preview(configuration(0.5), configuration(0.5, 'right'));
  expect(zoned.counts).toMatchObject({ removed: 1, added: 0 });
  const more = '  - { id: again, type: product_defect, camera: belt, labels: [defect], minScore: 0.5, zone: right }\n';
  const added = await preview(configuration(0.8), configuration(0.8, undefined, more));
  expect(added.changes).toMatchObject([{ change: 'added', event: { rule: 'again', zone: 'right' } }]);
});

it('works it out in a process of its own, one at a time, beside what was reported', async () => {
  await using dir = await tempDir();
  const nowMs = systemClock.monoMs();
  const kept = new KeptResults({ nowMs: () => systemClock.monoMs() });
  for (const one of minute()) {
    kept.inspection({ ...one, frame: { ...one.frame, atMs: one.frame.atMs - BEGIN_MS - 60_000 + nowMs } });
  }
  const asked: number[] = [];
  const line = new LinePreview({
    ...{ results: kept, configPath: dir.join('line.yaml'), dataDir: dir.path, clock: systemClock },
    events: { list: (limit) => (asked.push(limit), []) },
  });
  await writeFile(dir.join('line.yaml'), configuration(0.5));
  const [first, second] = await Promise.allSettled([
    line.of('belt', configuration(0.5), configuration(0.8)),
    line.of('belt', configuration(0.5), configuration(0.8)),
  ]);
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'preview_busy' } });
  expect(first).toMatchObject({
    status: 'fulfilled',
    value: { counts: { removed: 1 }, rules: [{ rule: 'faults', before: 2, after: 1, reported: 0 }] },
  });
  expect(asked).toHaveLength(1);
  await expect(line.of('gate', configuration(0.5), configuration(0.8))).rejects.toMatchObject({ code: 'nothing_kept' });
  await expect(preview(configuration(0.5), 'cameras: 3')).rejects.toThrow('cameras');
});
