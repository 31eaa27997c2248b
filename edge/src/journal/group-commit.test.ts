import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { systemClock } from '@lineside/kit';
import { type Entry, type Journal, openJournalReader, journalPath } from './index.ts';

let folder: TempDir;
let journal: Journal;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { clock: systemClock, group: { waitMs: 20, records: 8 } });
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const event = (n: number): Entry => ({ stream: 'events', kind: 'event', body: sampleBody(n) });

test('what several bring within the wait is one transaction, and each gets its own numbers in the order it came', async () => {
  const commits: number[] = [];
  journal.onAppend((positions) => commits.push(positions.length));
  const given = await Promise.all([1, 2, 3].map((n) => journal.appendSoon([event(n), event(n)])));
  expect(given.map((positions) => positions.map(({ seq }) => seq))).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(commits).toEqual([6]);
});

test('a full group does not wait', () => {
  const clock = new HandClock();
  journal.close();
  journal = openTestJournal(folder.path, { clock, group: { waitMs: 60_000, records: 4 } });
  const waiting = [1, 2, 3, 4].map((n) => journal.appendSoon([event(n)]));
  expect(journal.stats().events.next).toBe(5);
  return Promise.all(waiting);
});

test('a record that is refused costs the others of its group nothing', async () => {
  const circular: { self?: object } = {};
  circular.self = circular;
  const settled = await Promise.allSettled([
    journal.appendSoon([event(1)]),
    journal.appendSoon([{ stream: 'events', kind: 'x', body: circular }]),
    journal.appendSoon([event(2)]),
  ]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'record_refused' } });
  expect(journal.stats().events.next).toBe(3);
});

test('what waits when the journal is closed is on the disk', async () => {
  const waiting = journal.appendSoon([event(1)]);
  journal.close();
  expect(await waiting).toEqual([{ stream: 'events', seq: 1 }]);
  const reader = openJournalReader(journalPath(folder.path));
  expect([...reader.records('events')]).toHaveLength(1);
  reader.close();
});

test('what belongs to a record runs in its transaction', async () => {
  const ran: number[] = [];
  await Promise.all([1, 2].map((n) => journal.appendSoon([event(n)], () => ran.push(n))));
  expect(ran).toEqual([1, 2]);
});
