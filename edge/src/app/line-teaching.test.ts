import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifest } from '@lineside/models';
import { commandLineOf, descendantsOf, environmentOf } from '../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { checkConfig } from '../config/index.ts';
import { LineTeaching } from './line-teaching.ts';

const TEXT = `# the line in hall 2
device: line-2
cameras:
  - id: packing # above the tray
    url: "lavfi:testsrc=s=160x120:r=5"
    models: [defect]
    zones: [{ id: tray, polygon: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]] }]
  - id: people
    url: lavfi:testsrc
    models: [ppe]
    privacy: { blur: heads }
`;
const SOURCES = { catalog: ['defect', 'ppe'], env: {} };

let dir: TempDir;
let teaching: LineTeaching;
const audited: string[] = [];

beforeAll(async () => {
  dir = await tempDir();
  const configPath = dir.join('line.yaml');
  await writeFile(configPath, TEXT);
  const loaded = checkConfig(TEXT, { ...SOURCES, path: configPath });
  teaching = new LineTeaching({
    ...{ loaded: () => loaded, configPath, sources: SOURCES, dataDir: dir.path },
    audit: (action, details, who) => void audited.push([who, action, ...Object.values(details)].join(' ')),
  });
});
afterAll(() => dir[Symbol.asyncDispose]());

const until = (state: string) =>
  waitFor(state, () => teaching.view().state === state || (teaching.view().state === 'failed' && 'failed'), {
    withinMs: 120_000,
  });
const START = { action: 'start', camera: 'packing', zone: 'tray', minutes: 0.5, pieces: 14 } as const;

it('collects good pieces of a zone in a process of its own, one teaching at a time, and shows the odd ones', async () => {
  expect(await teaching.change(START, 'tanya')).toMatchObject({ state: 'running', id: 'packing-tray' });
  await expect(teaching.change(START, 'boris')).rejects.toMatchObject({ code: 'teaching_busy' });
  const child = descendantsOf(process.pid).find((pid) => commandLineOf(pid).includes('teach-main'));
  expect(environmentOf(child ?? 0)).toContain('MALLOC_ARENA_MAX=1');
  await until('review');
  const view = teaching.view();
  expect(view).toMatchObject({ state: 'review', id: 'packing-tray', camera: 'packing', zone: 'tray', used: false });
  expect(view.report?.pieces).toBe(14);
  expect(view.report?.odd.length).toBeGreaterThanOrEqual(3);
  const [odd] = view.report?.odd ?? [];
  const jpeg = await teaching.piece('packing-tray', odd?.number ?? 0);
  expect([jpeg?.[0], jpeg?.[1]]).toEqual([0xff, 0xd8]);
  expect(await teaching.piece('packing-tray', 99)).toBeUndefined();
  expect(audited).toEqual(['tanya teaching_started packing-tray packing tray 0.5']);
});

it('teaches without the pieces that were struck, with the limit that was chosen, and the model only watches', async () => {
  await teaching.change({ action: 'finish', id: 'packing-tray', strike: [2, 5], mads: 4.6 }, 'tanya');
  await until('taught');
  expect(teaching.view().report).toMatchObject({ pieces: 12, struck: [2, 5], limit: { mads: 4.6, from: 'asked' } });
  const manifest = await readManifest(dir.join('models/packing-tray'));
  expect(manifest.taught).toMatchObject({ state: 'watching', mads: 4.6, pieces: 12 });
});

it('names the model in the configuration, where it is good and keeps what was there, once', async () => {
  for (let k = 0; k < 2; k += 1) await teaching.change({ action: 'use', id: 'packing-tray' }, 'tanya');
  const text = await readFile(dir.join('line.yaml'), 'utf8');
  expect(text).toContain('# above the tray');
  expect(text.match(/ref: packing-tray/g)).toHaveLength(1);
  const { config } = checkConfig(text, { ...SOURCES, path: dir.join('line.yaml') });
  expect(config.cameras[0]?.models).toMatchObject([{ id: 'defect' }, { id: 'packing-tray', region: 'tray' }]);
  expect(config.rules).toMatchObject([{ type: 'product_defect', camera: 'packing', model: 'packing-tray' }]);
  expect(audited.at(-1)).toBe('tanya taught_model_used packing-tray packing');
});

it('can be cancelled and continued, and refuses what it must', async () => {
  await teaching.change({ ...START, pieces: 500, minutes: 240 }, 'tanya');
  await waitFor('some pieces', () => (teaching.view().progress?.done ?? 0) > 14);
  expect(await teaching.change({ action: 'cancel' }, 'tanya')).toMatchObject({ state: 'idle' });
  const kept = (JSON.parse(await readFile(dir.join('teaching/packing-tray/state.json'), 'utf8')) as { good: object[] })
    .good;
  expect(kept.length).toBeGreaterThan(14);
  const pieces = kept.length + 2;
  await teaching.change({ ...START, pieces }, 'tanya');
  await until('review');
  expect(teaching.view().report?.pieces).toBe(pieces - 2);
  const refused: readonly (readonly [object, string])[] = [
    [{ ...START, camera: 'roof' }, 'bad_request'],
    [{ ...START, zone: 'floor' }, 'bad_request'],
    [{ action: 'start', camera: 'people', minutes: 1, pieces: 10 }, 'privacy_on'],
    [{ action: 'finish', id: '../../etc' }, 'bad_request'],
    [{ action: 'use', id: 'nothing' }, 'bad_request'],
  ];
  for (const [change, code] of refused) {
    await expect(teaching.change(change as typeof START, 'tanya')).rejects.toMatchObject({ code });
  }
});
