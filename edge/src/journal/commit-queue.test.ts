import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { systemClock } from '@lineside/kit';
import { CommitQueue, type Entry, type Journal } from './index.ts';

let folder: TempDir;
let journal: Journal;
let queue: CommitQueue;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { clock: systemClock });
  queue = new CommitQueue(journal, systemClock, { waitMs: 20, records: 8 });
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const event = (n: number): Entry => ({ stream: 'events', kind: 'event', body: sampleBody(n) });

test('what several callers append within the wait is one transaction, and each gets its own numbers in order', async () => {
  const commits: number[] = [];
  journal.onAppend((positions) => commits.push(positions.length));
  const given = await Promise.all([1, 2, 3].map((n) => queue.append([event(n), event(n)])));
  expect(given.map((positions) => positions.map(({ seq }) => seq))).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(commits).toEqual([6]);
});

test('a full queue does not wait', () => {
  queue = new CommitQueue(journal, new HandClock(), { waitMs: 60_000, records: 4 });
  const waiting = [1, 2, 3, 4].map((n) => queue.append([event(n)]));
  expect(journal.stats().events.next).toBe(5);
  return Promise.all(waiting);
});

test('a record that is refused does not keep the others of its transaction from being written', async () => {
  const circular: { self?: object } = {};
  circular.self = circular;
  const settled = await Promise.allSettled([
    queue.append([event(1)]),
    queue.append([{ stream: 'events', kind: 'x', body: circular }]),
    queue.append([event(2)]),
  ]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'record_refused' } });
  expect(journal.stats().events.next).toBe(3);
});

test('a flush commits what waits', async () => {
  const waiting = queue.append([event(1)]);
  expect(journal.stats().events.next).toBe(1);
  queue.flush();
  expect(journal.stats().events.next).toBe(2);
  expect(await waiting).toEqual([{ stream: 'events', seq: 1 }]);
});

test('the work that belongs to a record runs in its transaction', async () => {
  const ran: number[] = [];
  await Promise.all([1, 2].map((n) => queue.append([event(n)], () => ran.push(n))));
  expect(ran).toEqual([1, 2]);
});
