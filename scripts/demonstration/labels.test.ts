import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { type CameraDeclaration, loadLine, renderFile } from '@lineside/twin';
import { expect, it } from 'vitest';
import { replay } from '../../edge/src/app/index.ts';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { configText } from './simulated-line.ts';

const LABELS = join(import.meta.dirname, '../twin/labels.yaml');

const FILM_SECONDS = 18;
/** Later packs are still in the picture when the film ends. */
const JUDGED_MS = 14_000;

/** The same date as the shelf life of what is packed on 23 February, which a replay knows by its clock. */
const BY_CLOCK =
  '  - {id: by-clock, type: code_check, camera: labels, fields: [{id: date, kind: date, format: DD.MM.YY, shelfLife: 21d, region: [0.17, 0.64, 0.83, 0.77]}]}\n';

/** The camera of the demonstration, with its two faults soon after the start. */
function sooner(camera: CameraDeclaration): CameraDeclaration {
  if (camera.scene !== 'product' || camera.prints === undefined) throw new Error('the camera shows no labels');
  const incidents = camera.prints.incidents.map((incident, index) => ({ ...incident, at: 1 + 6 * index }));
  return { ...camera, prints: { ...camera.prints, incidents } };
}

it('the demo reports its wrong date and its wrong label and nothing else, and a date by shelf life goes by the clock', async () => {
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
  const config = configText({ cameras, text: true }).replace(/^status:/m, `${BY_CLOCK}status:`);
  await writeFile(dir.join('lineside.yaml'), config);
  const faults: { readonly rule: string; readonly verdict: unknown; readonly read: unknown }[] = [];
  const verdicts: Record<string, Record<string, number>> = { codes: {}, 'by-clock': {} };
  await replay({
    configPath: dir.join('lineside.yaml'),
    sources: { catalog: await catalogIds(CATALOG_DIR), env: process.env },
    version: 'test',
    recordings: [{ camera: 'labels', path: film }],
    clock: '2026-02-23T10:00',
    onEvent: ({ atMs, output: { phase, rule, details = {} } }) => {
      const { verdict, read } = details;
      if (phase === 'opened' && atMs < JUDGED_MS) faults.push({ rule, verdict, read });
    },
    onTally: ({ rule, name, count, atMs }) => {
      const of = (verdicts[rule] ??= {});
      const isAnswered = name === 'good' || name === 'wrong';
      if (atMs < JUDGED_MS || !isAnswered) of[name] = (of[name] ?? 0) + count;
    },
    signal,
  });
  const [date, label] = [
    expect.stringContaining('260315') as string,
    expect.stringContaining('04601234567909') as string,
  ];
  expect(faults.filter(({ rule }) => rule === 'codes')).toEqual([
    { rule: 'codes', verdict: 'wrong', read: date },
    { rule: 'codes', verdict: 'wrong', read: label },
  ]);
  expect(faults.filter(({ rule }) => rule === 'by-clock')).toEqual([
    { rule: 'by-clock', verdict: 'wrong', read: '2026-03-15' },
  ]);
  // To the very end of the film: the packs in its last frame are not taken for bad ones.
  for (const of of Object.values(verdicts)) expect(Object.keys(of).toSorted()).toEqual(['good', 'wrong']);
  expect(verdicts['codes']?.['wrong']).toBe(2);
  expect(verdicts['codes']?.['good']).toBeGreaterThanOrEqual(7);
  expect(verdicts['by-clock']?.['wrong']).toBe(1);
  expect(verdicts['by-clock']?.['good']).toBeGreaterThanOrEqual(8);
});
