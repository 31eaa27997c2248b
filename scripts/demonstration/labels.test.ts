import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { type CameraDeclaration, loadLine, renderFile } from '@lineside/twin';
import { expect, it } from 'vitest';
import { replay } from '../../edge/src/app/index.ts';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { configText } from './simulated-line.ts';

const LABELS = join(import.meta.dirname, '../twin/labels.yaml');

/** Packs that are still in the picture when the film ends cannot be judged. */
const FILM_SECONDS = 18;
const JUDGED_MS = 14_000;

/** The camera of the demonstration, with its two faults soon after the start. */
function sooner(camera: CameraDeclaration): CameraDeclaration {
  if (camera.scene !== 'product' || camera.prints === undefined) throw new Error('the camera shows no labels');
  const incidents = camera.prints.incidents.map((incident, index) => ({ ...incident, at: 1 + 6 * index }));
  return { ...camera, prints: { ...camera.prints, incidents } };
}

it('the demo reports its wrong date and its wrong label, and nothing else of the packs between them', async () => {
  await using dir = await tempDir('lineside-labels-');
  const { signal } = new AbortController();
  const declared = await loadLine(LABELS);
  const film = dir.join('labels.mp4');
  const line = { ...declared, cameras: declared.cameras.map(sooner) };
  await renderFile(
    { line, cameraId: 'labels', seconds: FILM_SECONDS, out: film, truth: undefined, fast: true },
    signal,
    () => undefined,
  );
  const url = 'rtsp://127.0.0.1:1/';
  const cameras = { product: url, people: url, floor: url, labels: url };
  await writeFile(dir.join('lineside.yaml'), configText({ cameras, text: true }));
  const faults: unknown[] = [];
  const verdicts: Record<string, number> = {};
  await replay({
    configPath: dir.join('lineside.yaml'),
    sources: { catalog: await catalogIds(CATALOG_DIR), env: process.env },
    version: 'test',
    recordings: [{ camera: 'labels', path: film }],
    onEvent: ({ atMs, output: { phase, details = {} } }) => {
      if (phase === 'opened' && atMs < JUDGED_MS) faults.push({ verdict: details['verdict'], read: details['read'] });
    },
    onTally: ({ name, count, atMs }) => {
      if (atMs < JUDGED_MS) verdicts[name] = (verdicts[name] ?? 0) + count;
    },
    signal,
  });
  expect(faults).toEqual([
    { verdict: 'wrong', read: expect.stringContaining('260315') as string },
    { verdict: 'wrong', read: expect.stringContaining('04601234567909') as string },
  ]);
  expect(verdicts['wrong']).toBe(2);
  expect(verdicts['good']).toBeGreaterThanOrEqual(7);
});
