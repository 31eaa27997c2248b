import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SignalSetting, SignalSources, SignalTable } from '../../edge/src/signals/index.ts';
import { LinePlc } from '../../scripts/twin/src/plc/index.ts';
import { parseLine } from '../../scripts/twin/src/scenes/index.ts';
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
  ...{ id, type, scale: 1, offset: 0, deadband: 0, staleAfterMs: 1_000, source: 'plc' },
  ...more,
});
const SETTINGS = [
  setting('running', 'boolean'),
  setting('encoder', 'number', { scale: 0.25 }),
  setting('weight', 'number', { deadband: 100 }),
  setting('product', 'text'),
  setting('nowhere', 'number'),
];
const POINTS: Readonly<Record<string, string>> = {
  running: 'input:0',
  encoder: 'input:2?type=uint32',
  weight: 'input:6?type=float32',
  product: 'input:8?type=text&length=8',
  nowhere: 'input:60',
};

const stop = new AbortController();
let plc: LinePlc;
let table: SignalTable;
let ends: Promise<unknown>;

beforeAll(async () => {
  plc = new LinePlc(LINE, { host: '127.0.0.1', port: 0, zero: Date.now() }, () => undefined);
  const url = await plc.listen();
  table = new SignalTable(systemClock, SETTINGS);
  const targets = Object.entries(POINTS).map(([id, point]) => ({
    id,
    url: () => `${url}/${point}${point.includes('?') ? '&' : '?'}every=50ms`,
  }));
  const sources = new SignalSources({ targets, sink: table, clock: systemClock, log: silentLogger });
  ends = Promise.all([plc.run(stop.signal), sources.run(stop.signal)]);
});
afterAll(async () => {
  stop.abort();
  await ends;
});

const reading = (id: string): unknown => table.get(id)?.reading;
const value = (id: string): unknown => {
  const now = table.get(id)?.reading;
  return now?.state === 'good' ? now.value : undefined;
};

it('reads signals of each type, scaled, and a point that is not there is bad', async () => {
  await waitFor('the product', () => value('product') === '4601234567893');
  expect(value('running')).toBe(true);
  expect(reading('nowhere')).toEqual({ state: 'bad', reason: 'illegal_address' });
  const before = Number(value('encoder'));
  // 724 units of the belt pass in two seconds.
  await waitFor('the belt to move', () => Number(value('encoder')) > before + 100);
  // Bottles differ by a few grams: within the deadband, and confirmed all the time.
  const weight = value('weight');
  await systemClock.sleep(1_500);
  expect(value('weight')).toBe(weight);
});

it('has no value for what the controller calls bad, and none of the last good ones', async () => {
  plc.fault = 'bad';
  await waitFor('a bad reading', () => table.get('weight')?.reading.state === 'bad');
  expect(reading('weight')).toEqual({ state: 'bad', reason: 'device_failure' });
  plc.fault = 'gone';
  await waitFor('another reason', () => JSON.stringify(reading('weight')).includes('illegal_address'));
  plc.fault = undefined;
  await waitFor('a good reading', () => table.get('weight')?.reading.state === 'good');
});

it('is stale while the controller restarts, and begins another epoch', async () => {
  const epoch = table.get('running')?.epoch ?? 0;
  plc.fault = 'restart';
  await waitFor('staleness', () => table.get('running')?.reading.state === 'stale');
  expect(reading('running')).toEqual({ state: 'stale', reason: 'source_lost' });
  plc.fault = undefined;
  await waitFor('a good reading', () => table.get('running')?.reading.state === 'good');
  expect(table.get('running')?.epoch).toBe(epoch + 1);
});

it('goes on reading while the controller is slow', async () => {
  plc.fault = 'slow';
  const before = table.get('encoder')?.sample ?? 0;
  await waitFor('slow readings', () => (table.get('encoder')?.sample ?? 0) > before + 2);
  expect(table.get('encoder')?.reading.state).toBe('good');
  plc.fault = undefined;
});
