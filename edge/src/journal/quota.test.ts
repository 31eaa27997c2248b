import { TombstoneBody, WireRecord } from '@lineside/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { type Entry, type Journal, journalPath, verifyJournal } from './index.ts';

const QUOTA = 512 * 1024;
let folder: TempDir;
let journal: Journal;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { quotaBytes: QUOTA });
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

type Filled = 'audit' | 'events' | 'telemetry';
const fill = (stream: Filled, count: number): void => {
  const entry = (n: number): Entry => ({ stream, kind: 'x', body: sampleBody(n) });
  for (let n = 0; n < count; n += 20) journal.append(Array.from({ length: 20 }, (_, i) => entry(n + i)));
};
/** Every number that was ever given is held, confirmed or named by a tombstone that is held. */
const unexplained = (stream: Filled): readonly number[] => {
  const { first, next, acked } = journal.stats()[stream];
  const named: TombstoneBody[] = [];
  for (let from = first; from < next; ) {
    const batch = journal.read(stream, from, 100, 1e6)!;
    for (const json of batch.records) {
      const record = WireRecord.parse(JSON.parse(json));
      if (record.k === 'tombstone') named.push(TombstoneBody.parse(record.b));
    }
    from = batch.to + 1;
  }
  const numbers = Array.from({ length: next - 1 }, (_, i) => i + 1);
  return numbers.filter((n) => n < first && n > acked && !named.some(({ from, to }) => n >= from && n <= to));
};

test('when the quota is reached delivered records go first, and nothing is declared lost', () => {
  fill('events', 500);
  journal.ack('events', 500, []);
  fill('events', 600);
  const { first, next, declared } = journal.stats().events;
  expect(next).toBe(1_101);
  expect(first).toBeGreaterThan(1);
  expect(first).toBeLessThanOrEqual(501);
  expect(declared).toBe(0);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});

test('then telemetry goes before events, each with a tombstone that names it', () => {
  fill('telemetry', 600);
  fill('events', 600);
  const { telemetry, events } = journal.stats();
  expect(telemetry.declared).toBeGreaterThan(0);
  expect(events).toMatchObject({ first: 1, declared: 0, queued: 600 });
  expect(unexplained('telemetry')).toEqual([]);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});

test('in the end events give way to audit, and still every number is explained, over tombstones of tombstones', () => {
  journal.close();
  journal = openTestJournal(folder.path, { quotaBytes: QUOTA, streamQuotas: { audit: QUOTA } });
  fill('audit', 300);
  fill('telemetry', 300);
  fill('events', 3_000);
  fill('audit', 300);
  const { audit, events } = journal.stats();
  expect(audit).toMatchObject({ first: 1, declared: 0, next: 601 });
  expect(events.declared).toBeGreaterThan(2_000);
  for (const stream of ['audit', 'events', 'telemetry'] as const) expect(unexplained(stream)).toEqual([]);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
  const pages = Number(journal.database.pragma('page_count', { simple: true }));
  expect(pages * 4096).toBeLessThanOrEqual(QUOTA);
});

test('what was confirmed out of order is not declared lost', () => {
  fill('events', 400);
  journal.ack('events', 10, [[20, 200]]);
  fill('events', 1_500);
  const { declared, first } = journal.stats().events;
  expect(first).toBeGreaterThan(201);
  expect(declared).toBe(first - 1 - 10 - 181 + 0);
  expect(unexplained('events').filter((n) => n < 20 || n > 200)).toEqual([]);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});

test('a number asked for again is answered with the tombstone that names it, or with one written now', () => {
  fill('telemetry', 1_500);
  const { first } = journal.stats().telemetry;
  const [seq, ...more] = journal.tombstones('telemetry', 1, 5);
  expect(more).toEqual([]);
  expect(JSON.parse(journal.read('telemetry', seq!, 1, 1e6)!.records[0]!).b).toMatchObject({ from: 1 });
  expect(journal.tombstones('telemetry', first, first + 5)).toEqual([]);

  fill('events', 20);
  journal.ack('events', 20, []);
  journal.prune(0);
  const [declaredNow] = journal.tombstones('events', 2, 4);
  expect(declaredNow).toBe(21);
  expect(journal.tombstones('events', 2, 3)).toEqual([21]);
  const body = TombstoneBody.parse(JSON.parse(journal.read('events', 21, 1, 1e6)!.records[0]!).b);
  expect(body).toMatchObject({ from: 2, to: 20, count: 19, reason: 'delivered_and_pruned' });
});

test('audit records are never given up: over their quota new ones are refused, loudly, until the collector has them', () => {
  journal.close();
  journal = openTestJournal(folder.path, { quotaBytes: QUOTA, streamQuotas: { audit: 40_000 } });
  expect(() => fill('audit', 400)).toThrow(expect.objectContaining({ code: 'audit_full' }));
  const { next, declared, bytes } = journal.stats().audit;
  expect(declared).toBe(0);
  expect(bytes).toBeGreaterThan(40_000);
  expect(journal.alarms()).toMatchObject([{ code: 'audit_rejected', times: 1 }]);
  fill('events', 20);
  expect(journal.stats().events.next).toBe(21);
  journal.ack('audit', next - 1, []);
  fill('audit', 20);
  expect(journal.stats().audit).toMatchObject({ next: next + 20, declared: 0 });
  expect(journal.alarms()).toEqual([]);
});

test('an audit record that belongs to something else is written over the quota, so that the other is not lost', () => {
  journal.close();
  journal = openTestJournal(folder.path, { quotaBytes: QUOTA, streamQuotas: { audit: 1_000 } });
  fill('audit', 20);
  let ran = false;
  journal.append([{ stream: 'audit', kind: 'x', body: {} }], () => {
    ran = true;
  });
  expect(ran).toBe(true);
  expect(journal.stats().audit.next).toBe(22);
});

test('a stream over its own quota gives up its oldest and touches no other', () => {
  journal.close();
  journal = openTestJournal(folder.path, { quotaBytes: 4 * QUOTA, streamQuotas: { telemetry: 50_000 } });
  fill('events', 600);
  fill('telemetry', 1_000);
  const { telemetry, events } = journal.stats();
  expect(telemetry.bytes).toBeLessThanOrEqual(50_000);
  expect(telemetry.declared).toBeGreaterThan(500);
  expect(events).toMatchObject({ first: 1, declared: 0 });
  expect(unexplained('telemetry')).toEqual([]);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});
