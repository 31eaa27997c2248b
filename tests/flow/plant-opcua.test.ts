import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SignalSetting, SignalSources, SignalTable } from '../../edge/src/signals/index.ts';
import { LinePlc, type OpcuaPlc, openOpcuaPlc } from '../../scripts/twin/src/plc/index.ts';
import { parseLine } from '../../scripts/twin/src/scenes/index.ts';
import { tempDir, type TempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const LINE = parseLine(
  `seed: 3
size: {width: 640, height: 360}
fps: 10
periodSeconds: 600
cameras: [{id: product, scene: product, bottlesPerMinute: 120, secondsInView: 2}]
`,
  'line.yaml',
);

const setting = (id: string, type: SignalSetting['type'], more: Partial<SignalSetting> = {}): SignalSetting => ({
  ...{ id, type, scale: 1, offset: 0, deadband: 0, staleAfterMs: 20_000, source: 'plc' },
  ...more,
});
const SETTINGS = [
  setting('running', 'boolean'),
  setting('encoder', 'number', { scale: 0.25 }),
  setting('product', 'text'),
  setting('nowhere', 'number'),
];
const NODES: Readonly<Record<string, string>> = {
  running: 'Line.Running',
  encoder: 'Line.Encoder',
  product: 'Line.Product',
  nowhere: 'Line.Nowhere',
};

const stop = new AbortController();
let dir: TempDir;
let opcua: OpcuaPlc;
let table: SignalTable;
let ends: Promise<unknown>;

beforeAll(async () => {
  dir = await tempDir();
  const plc = new LinePlc(LINE, { host: '127.0.0.1', port: 0, zero: Date.now() }, () => undefined);
  opcua = await openOpcuaPlc({ host: '127.0.0.1', port: 0, values: () => plc.values() });
  const url = await opcua.listen();
  table = new SignalTable(systemClock, SETTINGS);
  const targets = Object.entries(NODES).map(([id, name]) => ({
    id,
    url: () => `${url}?security=none&every=50ms#nsu=urn:lineside:twin:line;s=${name}`,
  }));
  const tools = { clock: systemClock, log: silentLogger, dataDir: dir.path };
  const sources = new SignalSources({ targets, sink: table, ...tools });
  ends = Promise.all([plc.run(stop.signal), opcua.run(stop.signal), sources.run(stop.signal)]);
});
afterAll(async () => {
  stop.abort();
  await ends;
  await dir[Symbol.asyncDispose]();
});

const reading = (id: string): unknown => table.get(id)?.reading;
const value = (id: string): unknown => {
  const now = table.get(id)?.reading;
  return now?.state === 'good' ? now.value : undefined;
};

it('has signals of each type over one session; a node that is not there is bad, and named so', async () => {
  await waitFor('the product', () => value('product') === '4601234567893', { withinMs: 60_000 });
  expect(value('running')).toBe(true);
  expect(reading('nowhere')).toEqual({ state: 'bad', reason: 'BadNodeIdUnknown' });
  const before = Number(value('encoder'));
  await waitFor('the belt to move', () => Number(value('encoder')) > before + 20);
  expect(opcua.kept).toEqual({ sessions: 1, subscriptions: 1 });
});

it('has no value for what the server calls bad, though it sends one', async () => {
  await opcua.set('bad');
  await waitFor('a bad reading', () => table.get('product')?.reading.state === 'bad');
  expect(reading('product')).toEqual({ state: 'bad', reason: 'BadSensorFailure' });
  await opcua.set(undefined);
  await waitFor('a good reading', () => value('product') === '4601234567893');
});

it('is stale when a server that hangs keeps the connection open, and when it restarts; then it is another epoch', async () => {
  for (const fault of ['frozen', 'restart'] as const) {
    const epoch = table.get('product')?.epoch ?? 0;
    await opcua.set(fault);
    // Long before the age limit of the signals: the source itself notices.
    await waitFor('staleness', () => table.get('product')?.reading.state === 'stale', { withinMs: 30_000 });
    expect(reading('product')).toEqual({ state: 'stale', reason: 'source_lost' });
    expect(reading('running')).toEqual({ state: 'stale', reason: 'source_lost' });
    await opcua.set(undefined);
    await waitFor('a good reading', () => value('product') === '4601234567893', { withinMs: 60_000 });
    expect(table.get('product')?.epoch).toBe(epoch + 1);
  }
  // What was cut off is let go by the server when its time is over; what was closed is not there any more.
  await waitFor('old sessions to end', () => opcua.kept.sessions === 1, { withinMs: 60_000 });
});

it('goes on while the server is slow', async () => {
  await opcua.set('slow');
  const before = table.get('encoder')?.sample ?? 0;
  await waitFor('slow readings', () => (table.get('encoder')?.sample ?? 0) > before + 2, { withinMs: 30_000 });
  expect(reading('encoder')).toMatchObject({ state: 'good' });
  await opcua.set(undefined);
});
