import { silentLogger } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { checkConfig } from '../config/index.ts';
import type { RuleOutput, Signal, SignalReading, Tally } from '../domain/index.ts';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { LanesState, OpenEvent } from '../pipeline/index.ts';
import type { PlanState } from '../mes/index.ts';
import { LineProduction } from './line-production.ts';
import { LineRecipe } from './line-recipe.ts';
import { operationEntries } from './operation-entries.ts';

const SECOND = 1_000;
const CONFIG = `
device: d
cameras:
  - {id: belt, url: "rtsp://h/1", models: [defect], zones: [{id: table, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: packs, type: count, camera: belt, line: [[0.5, 1], [0.5, 0]]}
  - {id: stop, type: downtime, camera: belt}
  - {id: filler, type: maintenance, camera: belt, interval: 100d, maxCount: 1000, countSignal: cycles}
  - {id: packing, type: operation_time, camera: belt, model: defect, labels: [hand], zone: table}
shifts:
  timeZone: UTC
  list: [{name: Day, start: "08:00", end: "16:00"}]
production:
  productSignal: code
  plan: [{shift: Day, count: 480}]
signals: [{id: code, type: text}, {id: cycles}]
`;

describe('the production of a line', () => {
  const loaded = checkConfig(CONFIG, { catalog: ['defect'], env: {}, path: '/c.yaml' });
  let folder: TempDir;
  let clock: HandClock;
  let journal: Journal;
  let production: LineProduction;
  let waiting: { camera: string; rule: string; tallies: readonly Tally[] }[];
  let open: OpenEvent[];
  let product: SignalReading | undefined;

  const state = (): LanesState => ({
    vision: { state: 'up', sinceMs: 0, downs: 0 },
    unroutedResults: 0,
    lanes: [
      {
        camera: 'belt',
        openEvents: open,
        recording: { waiting: 0, recorded: 0, withoutPicture: 0, retries: 0, updatesDropped: 0, lost: 0 },
        models: [
          {
            ...{ model: 'defect', faults: 0, latencyBuckets: { buckets: [], sum: 0, count: 0 } },
            counters: { offered: 1, inspected: 1, skipped: {}, failed: {} },
            newest: {
              frame: { camera: 'belt', index: 1, atMs: clock.monoMs(), width: 1, height: 1 },
              ...{ resultAtMs: clock.monoMs(), status: 'ok', detections: [], overlays: [] },
            },
          },
        ],
      },
    ],
  });
  const productSignal = (id: string): Signal | undefined =>
    product && {
      ...{ id, type: 'text', source: 'push:', reading: product, atMs: 0, wallMs: 0, sample: 1, epoch: 1 },
    };
  const lanes = { state, takeTallies: () => waiting.splice(0) };
  let external: PlanState | undefined;
  let kept: Readonly<Record<string, unknown>> = {};
  const start = (): LineProduction =>
    new LineProduction({
      ...(external === undefined ? {} : { plan: () => external ?? { rows: [], readAtMs: 0, problem: undefined } }),
      ...{ loaded: () => loaded, lanes, signals: { get: productSignal }, journal, clock, logger: silentLogger },
      recipe: new LineRecipe({ dataDir: folder.path, clock, log: silentLogger }),
      memories: { of: (rule) => ({ get: () => kept[rule], set: () => undefined }) },
    });
  const make = (count: number, more: readonly Tally[] = []): void => {
    waiting.push({ camera: 'belt', rule: 'packs', tallies: [{ name: 'counted', label: 'product', count }, ...more] });
  };
  const openEvent = (rule: string, details: Readonly<Record<string, string | number>>): OpenEvent => ({
    ...{ event: `event-${rule}`, rule, kind: 'production', model: 'defect' },
    output: {
      ...{ phase: 'opened', key: '1', rule, ruleType: rule, kind: 'production', severity: 'info' },
      ...{ label: 'product', durationMs: 0, details },
    },
  });
  const bodies = (kind: string): Readonly<Record<string, unknown>>[] =>
    new TelemetryByTime(journal.database)
      .ofKind(kind, 0, clock.wallMs())
      .map(({ json }) => (JSON.parse(json) as { b: Record<string, unknown> }).b);
  const at = (time: string): void => clock.setWall(Date.parse(`2026-06-01T${time}Z`));

  beforeEach(async () => {
    folder = await tempDir();
    clock = new HandClock();
    at('08:00');
    journal = openTestJournal(folder.path, { clock, synced: () => true });
    [waiting, open] = [[], []];
    [external, product] = [undefined, undefined];
    production = start();
  });
  afterEach(async () => {
    journal.close();
    await folder[Symbol.asyncDispose]();
  });

  it('shows the shift so far: count against plan, rate, and utilisation of line and staff', () => {
    production.view();
    for (let minute = 0; minute < 60; minute += 1) {
      open = minute < 30 ? [openEvent('packing', { operation: 1, outcome: 'running' })] : [openEvent('stop', {})];
      make(1);
      clock.advance(60 * SECOND);
      production.view();
    }
    expect(production.view()).toMatchObject({
      ...{ shift: 'Day', counted: 60, planned: 480, plannedByNow: 60, perMinute: 1 },
      ...{ utilisation: 0.5, staffUtilisation: 0.5 },
    });
  });

  it('measures against the plan of another program, for the day before every day, and gives back what was made', () => {
    external = {
      rows: [
        { shift: 'Day', count: 100 },
        { date: '2026-06-01', shift: 'Day', count: 240 },
        { date: '2026-06-02', shift: 'Day', count: 999 },
      ],
      ...{ readAtMs: 0, problem: 'the server answers 503' },
    };
    production = start();
    production.view();
    make(60);
    clock.advance(3_600 * SECOND);
    expect(production.view()).toMatchObject({
      ...{ counted: 60, planned: 240, plannedByNow: 30, planProblem: 'the server answers 503' },
    });
    production.write();
    // Who reads the records alone learns from them what the line made, and on what day.
    const records = bodies('production');
    const date = '2026-06-01';
    expect(records.filter(({ rule }) => rule === 'packs')).toMatchObject([{ date, counter: true, planned: 240 }]);
    const others = records.filter(({ rule }) => rule !== 'packs');
    expect(others.map((body) => [body['date'], body['counter']])).toEqual([
      [date, undefined],
      [date, undefined],
    ]);
    at('17:00');
    // After a restart too: what was made is in the journal.
    expect(start().actuals()).toEqual([
      {
        ...{ v: 1, device: 'd', line: 'd', date: '2026-06-01', shift: 'Day', complete: true },
        ...{ from: '2026-06-01T08:00:00.000Z', to: '2026-06-01T16:00:00.000Z' },
        products: [{ counted: 60, planned: 240 }],
      },
    ]);
  });

  it('says what the product is to weigh by the plan, and no weight of another product', () => {
    external = {
      rows: [
        { product: '4007', count: 1, weight: 250 },
        { product: '4006', name: 'Yoghurt mild', count: 1 },
        { date: '2026-06-02', product: '4006', count: 1, weight: 500, under: 15 },
      ],
      ...{ readAtMs: 0, problem: undefined },
    };
    product = { state: 'good', value: '4006' };
    production = start();
    expect(production.view()).toMatchObject({ productName: 'Yoghurt mild', targetWeight: { weight: 500, under: 15 } });
    expect(production.view()).not.toHaveProperty('weighedBy');
    product = { state: 'good', value: '4008' };
    expect(production.view()).not.toHaveProperty('targetWeight');
    product = { state: 'stale', reason: 'too_old' };
    expect(production.view()).not.toHaveProperty('targetWeight');
  });

  it('takes the event about a limit of an operation for no work at the station', () => {
    production.view();
    open = [openEvent('packing', { outcome: 'none', limitSeconds: 60 })];
    clock.advance(60 * SECOND);
    expect(production.view()).toMatchObject({ staffUtilisation: 0 });
  });

  it('keeps what is made outside of every shift, by the day, over a restart', () => {
    at('17:00');
    production.view();
    make(7);
    clock.advance(SECOND);
    production.write();
    expect(production.context()).not.toHaveProperty('shift');
    expect(start().view()).toMatchObject({ shift: 'no shift', counted: 7 });
    at('23:59');
    make(1);
    production.write();
    clock.advance(120 * SECOND);
    make(2);
    expect(production.report('current').products).toEqual([{ counted: 2 }]);
    expect(production.report('no shift')).toMatchObject({ shift: 'no shift', products: [{ counted: 2 }] });
    expect(() => production.report('Late')).toThrow('no shift Late');
  });

  it('records production by the names of the reference architecture', () => {
    production.view();
    make(3, [{ name: 'packed', label: 'product', count: 3 }]);
    open = [openEvent('packing', { operation: 1, outcome: 'running' })];
    clock.advance(30 * SECOND);
    production.write();
    const records = bodies('production');
    expect(records.find(({ rule }) => rule === 'packs')).toMatchObject({ packed: 3, shift: 'Day' });
    expect(records.find(({ rule }) => rule === 'stop')).toMatchObject({ lineUtilisation: 1, downtimeMs: 0 });
    expect(records.find(({ rule }) => rule === 'packing')).toMatchObject({
      ...{ zone: 'table', staffUtilisation: 1, operationTimeMs: 30 * SECOND },
    });
  });

  it('records the state of equipment at once when it changes, and else every minute', async () => {
    const stop = new AbortController();
    const running = production.run(stop.signal);
    const pass = async (seconds: number): Promise<void> => {
      for (let k = 0; k < seconds; k += 1) {
        clock.advance(SECOND);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await pass(60);
    expect(bodies('equipment').map(({ status }) => status)).toEqual(['running']);
    waiting.push({ camera: 'belt', rule: 'stop', tallies: [{ name: 'stops', label: 'plant', count: 1 }] });
    open = [openEvent('stop', { reason: 'jam' })];
    kept = { filler: { elapsedMs: 7_200_000, runningMs: 0, count: 900, servicedBy: 'A. P.' } };
    await pass(2);
    expect(bodies('equipment')[0]).not.toHaveProperty('maintenance');
    expect(bodies('equipment').at(-1)).toMatchObject({
      ...{ status: 'stopped', reason: 'jam', errors: 1, throughput: 0 },
      maintenance: [{ rule: 'filler', used: 0.9, hoursSince: 2, counted: 900 }],
    });
    await pass(62);
    expect(bodies('equipment').map(({ status }) => status)).toEqual(['running', 'stopped', 'stopped']);
    stop.abort();
    clock.advance(SECOND);
    await running;
  });

  it('records each operation that ends with its wall times and its verdict, and nothing else of its rule', () => {
    const ended: RuleOutput = {
      ...{ phase: 'closed', key: '1', rule: 'packing', ruleType: 'operation_time', kind: 'production' },
      ...{ severity: 'info', label: 'hand', durationMs: 20_000, reason: 'cleared', zone: 'table' },
      held: { fromMs: clock.monoMs() - 25_000, toMs: clock.monoMs() - 5_000 },
      details: { operation: 4, outcome: 'completed', seconds: 20, shift: 'Day', product: 'A' },
    };
    const entriesOf = (changes: Partial<RuleOutput> = {}) =>
      operationEntries({ event: 'e', camera: 'belt', output: { ...ended, ...changes } }, clock);
    const wallMs = clock.wallMs();
    expect(entriesOf()).toEqual([
      {
        ...{ stream: 'telemetry', kind: 'operation' },
        body: {
          ...{ camera: 'belt', rule: 'packing', zone: 'table', event: 'e', operation: 4, outcome: 'completed' },
          ...{ reason: 'cleared', startedAtMs: wallMs - 25_000, endedAtMs: wallMs - 5_000, operationTimeMs: 20_000 },
          ...{ product: 'A', shift: 'Day' },
        },
      },
    ]);
    const cut = entriesOf({ reason: 'camera_lost', details: { operation: 4, outcome: 'running' } });
    expect(cut[0]?.body).toMatchObject({ outcome: 'interrupted', reason: 'camera_lost' });
    expect(entriesOf({ phase: 'updated' })).toEqual([]);
    expect(entriesOf({ ruleType: 'downtime' })).toEqual([]);
    expect(entriesOf({ details: { ...ended.details, limitSeconds: 10 } })).toEqual([]);
  });
});
