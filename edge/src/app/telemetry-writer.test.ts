import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '@lineside/kit';
import { DEFAULT_SHIFTS } from '@lineside/protocol/coverage';
import { readTelemetryBody } from '@lineside/protocol/records';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { Telemetry } from '../pipeline/index.ts';
import { LineCoverage } from './line-coverage.ts';
import { TelemetryWriter } from './telemetry-writer.ts';

const SECOND = 1_000;

let folder: TempDir;
let clock: HandClock;
let journal: Journal;
let bodies: Telemetry[];
let stop: AbortController;
let running: Promise<void>;

const lanes = { telemetry: () => bodies, tick: () => undefined };

beforeEach(async () => {
  folder = await tempDir();
  clock = new HandClock();
  journal = openTestJournal(folder.path, { clock, synced: () => true });
  bodies = ['belt', 'roof'].map((camera) => ({
    ...{ camera, model: 'ppe', state: 'streaming', events: 0, violations: 0 },
    counters: { offered: 0, inspected: 0, skipped: {}, failed: {} },
  }));
  stop = new AbortController();
  const audit = { followInspection: () => undefined };
  const outputs = (): readonly object[] => [{ output: 'gate', armed: true }];
  running = new TelemetryWriter({ lanes, audit, outputs, journal, clock, logger: silentLogger }).run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  clock.advance(SECOND);
  await running;
  journal.close();
  await folder[Symbol.asyncDispose]();
});

/** Lets time pass; five frames a second of each camera are inspected, or fail where `failing` names the camera. */
async function pass(seconds: number, failing: readonly string[] = []): Promise<void> {
  for (let tick = 0; tick < seconds * 2; tick += 1) {
    bodies = bodies.map(({ counters, ...body }) => {
      const frames = tick % 2 === 0 ? 2 : 3;
      const offered = counters.offered + frames;
      const fails = failing.includes(body.camera);
      const deadline = (counters.failed.deadline ?? 0) + (fails ? frames : 0);
      const failed = deadline === 0 ? {} : { deadline };
      return {
        ...body,
        counters: { ...counters, offered, inspected: counters.inspected + (fails ? 0 : frames), failed },
      };
    });
    clock.advance(500);
    await setImmediate();
  }
}

const records = (): readonly string[] =>
  new TelemetryByTime(journal.database)
    .between(0, Number.MAX_SAFE_INTEGER)
    .flatMap(({ json }) => readTelemetryBody((JSON.parse(json) as { b: unknown }).b)?.camera ?? []);

it('writes the counters of every camera each minute', async () => {
  await pass(135);
  expect(records()).toEqual(['belt', 'roof', 'belt', 'roof', 'belt', 'roof']);
});

it('writes what became of pieces at the outputs of the plant each minute', async () => {
  await pass(75);
  const rows = new TelemetryByTime(journal.database).ofKind('outputs', 0, Number.MAX_SAFE_INTEGER);
  const bodies = rows.map(({ json }) => (JSON.parse(json) as { b: unknown }).b);
  expect(bodies).toEqual([
    { output: 'gate', armed: true },
    { output: 'gate', armed: true },
  ]);
});

it('writes those of one camera when its results are lost and when they are back, so that its coverage is exact to seconds', async () => {
  await pass(75);
  const before = records().length;
  await pass(20, ['belt']);
  expect(records().slice(before)).toEqual(['belt']);
  await pass(100);
  const coverage = new LineCoverage({
    ...{ journal, lanes, clock },
    plan: () => ({ timeZone: 'UTC', shifts: DEFAULT_SHIFTS }),
  });
  const answer = await coverage.read({
    from: String(clock.wallMs() - 180 * SECOND),
    to: String(clock.wallMs()),
    by: 'hour',
  });
  const [belt, roof] = answer.cameras;
  const blindS = (belt?.blindMs ?? 0) / SECOND;
  expect(blindS).toBeGreaterThanOrEqual(19);
  expect(blindS).toBeLessThanOrEqual(21);
  expect(belt?.reasons.map(({ reason }) => reason)).toContain('deadline');
  expect(roof?.blindMs).toBe(0);
  expect((belt?.pendingMs ?? 0) + (belt?.inspectedMs ?? 0)).toBeGreaterThan(0);
});

it('writes less often about a camera that comes and goes', async () => {
  await pass(75);
  const before = records().length;
  for (let round = 0; round < 10; round += 1) {
    await pass(6, ['belt']);
    await pass(6);
  }
  expect(records().length - before).toBeLessThanOrEqual(10);
});
