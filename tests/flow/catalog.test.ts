import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG_DIR, GoldenExpectation, listCatalog, verifyBundle } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lineside } from '../support/lineside.ts';

type Expected = GoldenExpectation['detections'][number];

const Line = z.object({
  status: z.string(),
  detections: z.array(
    z.object({ label: z.string(), score: z.number(), box: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
  ),
});

const farthest = (a: Expected['box'], b: Expected['box']): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('the models that ship', async () => {
  const entries = await listCatalog(CATALOG_DIR);

  it('are the three that the rules need, and a second stage', () => {
    expect(entries.map((entry) => entry.id).sort()).toEqual(['defect', 'heads', 'ppe', 'sanitation']);
  });

  for (const { id } of entries) {
    it(`${id}: detects on its golden images what the training tool detected`, async () => {
      const dir = join(CATALOG_DIR, id);
      const { manifest } = await verifyBundle(dir);
      expect(manifest.golden.length).toBeGreaterThan(2);
      const run = await lineside([
        'detect',
        '--model',
        dir,
        '--json',
        ...manifest.golden.map(({ image }) => join(dir, image)),
      ]);
      const lines = run.stdout
        .trim()
        .split('\n')
        .map((text) => Line.parse(JSON.parse(text)));
      expect(lines).toHaveLength(manifest.golden.length);
      let compared = 0;
      for (const [i, { expect: file }] of manifest.golden.entries()) {
        const { detections, tolerance } = GoldenExpectation.parse(JSON.parse(readFileSync(join(dir, file), 'utf8')));
        const line = lines[i]!;
        expect(line.status).toBe('ok');
        // One that lies at the very threshold may fall on either side.
        const sure = ({ score }: { score: number }): boolean => score > manifest.thresholds.score + tolerance.score;
        const matches = (a: Expected, b: Expected): boolean =>
          a.label === b.label &&
          farthest(a.box, b.box) <= tolerance.pixels &&
          Math.abs(a.score - b.score) <= tolerance.score;
        for (const wanted of detections.filter(sure)) {
          expect(
            line.detections.filter((found) => matches(found, wanted)),
            `${file}: ${JSON.stringify(wanted)}`,
          ).toHaveLength(1);
          compared += 1;
        }
        for (const found of line.detections.filter(sure)) {
          expect(
            detections.some((wanted) => matches(found, wanted)),
            `${file}: not expected ${JSON.stringify(found)}`,
          ).toBe(true);
        }
      }
      expect(compared).toBeGreaterThan(3);
    });
  }
});
