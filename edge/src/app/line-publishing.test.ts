import { writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { loadConfig } from '../config/index.ts';
import { publishedLine } from '../plant/opcua-server/index.ts';
import type { CameraView } from '../status/index.ts';
import { LinePublishing } from './line-publishing.ts';
import { type LineFacts, lineState } from './line-report.ts';
import type { StationState } from './station-states.ts';

const CONFIG = `device: line-1
cameras: [{id: belt, url: /unused.mp4, models: [defect]}]
rules: [{id: defects, type: product_defect, camera: belt}]
plantServers: [{url: "opc.tcp://127.0.0.1:4840"}, {url: "opc.tcp://0.0.0.0"}]
`;

function camera(change: Partial<CameraView>): CameraView {
  return {
    ...{ id: 'belt', url: '', state: 'streaming', restarts: 0, inspecting: 'inspecting', zones: [], models: [] },
    ...change,
  };
}

const STATION: StationState = { of: 'line', camera: 'belt', rule: 'stops', status: 'running' };
const PRODUCTION = { shift: 'Day', fromMs: 0, toMs: 1, counted: 6, product: '460' };
const STARTING: LineFacts = {
  ...{ device: 'line-1', line: 'Line 1', version: '0.1.0', atMs: 1, startedAtMs: 0, vision: { state: 'down' } },
  ...{ recipes: [], stations: [], production: { ...PRODUCTION, recipe: 'milk' } },
  cameras: [camera({ state: 'connecting', inspecting: 'starting', withoutResult: ['defect'] })],
  outputs: [
    {
      ...{ id: 'gate', camera: 'belt', url: 'modbus+tcp://127.0.0.1', readiness: 'ready', armed: true },
      ...{ connected: true, inTransit: 1, newest: { piece: 4, result: 'nok', reason: 'defect' } },
    },
  ],
};
const NONE = { pieces: 0, nok: 0, noResult: 0, passed: 0, due: 0, safe: 0, lateVerdicts: 0, alongside: 0 };
const INSPECTING: LineFacts = {
  ...{ ...STARTING, vision: { state: 'up' }, stations: [STATION], cameras: [camera({})] },
  outputs: STARTING.outputs.map((one) => ({
    ...one,
    counts: { ...NONE, ok: 4, done: 2, late: 1, missed: 1, cancelled: 1 },
  })),
};

it('says how the line is before anything runs, and a result only where there is one', async () => {
  await using dir = await tempDir();
  const path = dir.join('lineside.yaml');
  await writeFile(path, CONFIG);
  const loaded = await loadConfig(path, { catalog: ['defect'], env: {} });
  let now: LineFacts = STARTING;
  const publishing = new LinePublishing({
    ...{ loaded, dataDir: dir.path, clock: systemClock, log: silentLogger },
    state: () => lineState(now),
  });
  expect(publishing.views()).toEqual(
    ['opc.tcp://127.0.0.1:4840', 'opc.tcp://0.0.0.0'].map((url) => ({ url, up: false, sessions: 0 })),
  );
  expect(publishing.line()).toEqual({
    ...{ state: 'Preoperational', why: 'cameras and models are starting', recipe: 'milk', product: '460' },
    outputs: [
      {
        ...{ id: 'gate', camera: 'belt', readiness: 'ready', armed: true, connected: true, inTransit: 1 },
        ...{ newest: { piece: 4, result: 'nok', reason: 'defect' }, ok: 0, nok: 0, noResult: 0 },
        ...{ rejectsDone: 0, rejectsFailed: 0 },
      },
    ],
  });
  now = { ...INSPECTING, stations: [{ ...STATION, status: 'stopped', reason: 'starved' }] };
  expect(publishing.line()).toMatchObject({
    ...{ state: 'ContinuousExecution', packml: 'Suspended', stopReason: 'starved' },
    outputs: [{ ok: 4, rejectsDone: 2, rejectsFailed: 3 }],
  });
  now = STARTING;
  expect(publishing.line()).toMatchObject({ state: 'Error', why: 'the vision process is down' });
});

it.each<[string, Partial<LineFacts>, string, string]>([
  ['a result is doubted', { cameras: [camera({ inspecting: 'degraded' })] }, 'ContinuousExecution', ''],
  [
    'one model of several gives none',
    { cameras: [camera({ inspecting: 'degraded', withoutResult: ['defect'] })] },
    'Error',
    'no results for belt',
  ],
  [
    'a camera is lost',
    { cameras: [camera({ state: 'failed', inspecting: 'blind' })] },
    'Error',
    'no pictures from belt',
  ],
  ['there are recipes and none was chosen', { recipes: [{ id: 'milk' }], production: PRODUCTION }, 'Initialized', ''],
])('what is served says when %s', (_when, change, state, why) => {
  const published = publishedLine(lineState({ ...INSPECTING, ...change }), true);
  expect(published).toMatchObject({ state, why: expect.stringContaining(why) as string });
});

it('a plant that does not say which product it is has none, in every form', () => {
  const { product: _, ...unknown } = PRODUCTION;
  const state = lineState({ ...INSPECTING, production: unknown });
  expect(publishedLine(state, true).product).toBe('');
  expect(state.production).not.toHaveProperty('product');
});

it.each([
  ['url: "opc.tcp://0.0.0.0"', 'url: "opc.tcp://0.0.0.0", allow: [10.0.0.9]'],
  ['url: "opc.tcp://0.0.0.0"', 'url: "opc.tcp://0.0.0.0/line"'],
  ['url: "opc.tcp://0.0.0.0"', 'url: "mqtt://0.0.0.0"'],
])('%s as %s is refused', async (right, wrong) => {
  await using dir = await tempDir();
  const path = dir.join('lineside.yaml');
  await writeFile(path, CONFIG.replace(right, wrong));
  await expect(loadConfig(path, { catalog: ['defect'], env: {} })).rejects.toThrow();
});
