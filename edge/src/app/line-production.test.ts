import { silentLogger } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { checkConfig } from '../config/index.ts';
import type { RuleOutput, Tally } from '../domain/index.ts';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { LanesState, OpenEvent } from '../pipeline/index.ts';
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
  - {id: packing, type: operation_time, camera: belt, model: defect, labels: [hand], zone: table}
shifts:
  timeZone: UTC
  list: [{name: Day, start: "08:00", end: "16:00"}]
production:
  plan: [{shift: Day, count: 480}]
`;

describe('the production of a line', () => {
  const loaded = checkConfig(CONFIG, { catalog: ['defect'], env: {}, path: '/c.yaml' });
  let folder: TempDir;
  let clock: HandClock;
  let journal: Journal;
  let production: LineProduction;
  let waiting: { camera: string; rule: string; tallies: readonly Tally[] }[];
  let open: OpenEvent[];

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
  const lanes = { state, takeTallies: () => waiting.splice(0) };
  const start = (): LineProduction =>
    new LineProduction({
      ...{ loaded: () => loaded, lanes, signals: { get: () => undefined }, journal, clock, logger: silentLogger },
      recipe: new LineRecipe({ dataDir: folder.path, clock, log: silentLogger }),
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
    await pass(2);
    expect(bodies('equipment').at(-1)).toMatchObject({ status: 'stopped', reason: 'jam', errors: 1, throughput: 0 });
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
