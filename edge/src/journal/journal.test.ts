import { readFileSync, writeFileSync } from 'node:fs';
import { canonicalJson, chainNext, chainStart, STREAMS, WireRecord } from '@lineside/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { type Journal, journalPath, openJournalReader } from './index.ts';

let folder: TempDir;
let opened: Journal[] = [];
beforeEach(async () => {
  folder = await tempDir();
});
afterEach(async () => {
  for (const journal of opened) journal.close();
  opened = [];
  await folder[Symbol.asyncDispose]();
});

const open = (options: Parameters<typeof openTestJournal>[1] = {}): Journal => {
  const journal = openTestJournal(folder.path, options);
  opened.push(journal);
  return journal;
};
const fill = (journal: Journal, stream: 'events' | 'telemetry', count: number): void => {
  for (let n = 1; n <= count; n += 1) journal.append([{ stream, kind: 'event', body: sampleBody(n) }]);
};
const failure = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('every stream counts from 1 without holes, also within one transaction and over a restart', () => {
  const journal = open();
  const entry = (stream: (typeof STREAMS)[number]) => ({ stream, kind: 'x', body: { a: 1 } });
  expect(journal.append([entry('events'), entry('media'), entry('events')])).toEqual([
    { stream: 'events', seq: 1 },
    { stream: 'media', seq: 1 },
    { stream: 'events', seq: 2 },
  ]);
  journal.close();
  const again = open();
  expect(again.epoch).toBe(journal.epoch);
  expect(again.epoch).toMatch(/^[0-9a-f]{16}$/);
  expect(again.append([entry('events')])).toEqual([{ stream: 'events', seq: 3 }]);
});

test('numbers go on after everything was delivered and pruned', () => {
  const clock = new HandClock();
  const journal = open({ clock });
  fill(journal, 'events', 5);
  journal.ack('events', 5, []);
  clock.advance(10_000);
  expect(journal.prune(5_000)).toBe(5);
  expect(journal.stats().events).toMatchObject({ first: 6, next: 6, queued: 0, bytes: 0 });
  expect(journal.append([{ stream: 'events', kind: 'x', body: {} }])).toEqual([{ stream: 'events', seq: 6 }]);
});

test('commits are on the disk when they return: synchronous=FULL and WAL hold after a write and at every open', () => {
  for (let round = 0; round < 2; round += 1) {
    const journal = open();
    fill(journal, 'events', 1);
    expect(journal.database.pragma('synchronous', { simple: true })).toBe(2);
    expect(journal.database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(journal.database.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(journal.database.pragma('foreign_keys', { simple: true })).toBe(1);
    journal.close();
  }
});

test('what was promised is what is read: canonical text, a wire record, a chain from the device, epoch and stream', () => {
  const journal = open();
  fill(journal, 'events', 3);
  const batch = journal.read('events', 1, 10, 1e6)!;
  expect(batch.prev).toBe(chainStart('line-1', journal.epoch, 'events'));
  for (const json of batch.records) {
    const record = WireRecord.parse(JSON.parse(json));
    expect(canonicalJson(record)).toBe(json);
  }
  expect(batch.records.reduce(chainNext, batch.prev)).toBe(batch.head);
});

test('for any bodies and any cuts, the batches of a stream are one chain', () => {
  const journal = open();
  const below = dice(3);
  const text = (): string => String.fromCharCode(...Array.from({ length: below(40) }, () => 1 + below(0xd000)));
  for (let n = 0; n < 300; n += 1) {
    const stream = STREAMS[below(4)]!;
    const body = { [text()]: text(), n: below(9) / 7, list: [text(), null, true, -0, 1e21], deep: { b: 1, a: text() } };
    journal.append([{ stream, kind: 'event', body }]);
  }
  for (const stream of STREAMS) {
    let head = chainStart('line-1', journal.epoch, stream);
    let from = 1;
    for (let batch = journal.read(stream, from, 1 + below(9), 1 + below(4000)); batch !== undefined; ) {
      expect(batch.from).toBe(from);
      expect(batch.prev).toBe(head);
      head = batch.records.reduce((hash, json) => chainNext(hash, canonicalJson(JSON.parse(json))), head);
      expect(batch.head).toBe(head);
      from = batch.to + 1;
      batch = journal.read(stream, from, 1 + below(9), 1 + below(4000));
    }
    expect(from).toBe(journal.stats()[stream].next);
  }
});

test('a batch keeps to its limits, and a record longer than the bytes goes alone', () => {
  const journal = open();
  fill(journal, 'events', 4);
  expect(journal.read('events', 1, 2, 1e6)?.to).toBe(2);
  expect(journal.read('events', 2, 9, 10)).toMatchObject({ from: 2, to: 2 });
  expect(journal.read('events', 5, 9, 10)).toBeUndefined();
});

test('nothing is half written when a transaction fails', () => {
  const journal = open();
  const entries = [{ stream: 'events', kind: 'x', body: {} }] as const;
  expect(
    failure(() =>
      journal.append(entries, () => {
        throw new Error('no');
      }),
    ),
  ).toMatchObject({ code: 'journal_io' });
  expect(failure(() => journal.append([...entries, { stream: 'media', kind: 'x', body: { n: NaN } }]))).toMatchObject({
    code: 'record_refused',
  });
  expect(failure(() => journal.append([{ stream: 'media', kind: 'x', body: { t: 'y'.repeat(2e5) } }]))).toMatchObject({
    code: 'record_refused',
  });
  expect(journal.stats().events.next).toBe(1);
});

test('a second writer is refused with a code, and let in when the first has gone', () => {
  const first = open();
  expect(failure(() => open())).toMatchObject({ code: 'journal_locked', retry: 'later' });
  first.close();
  open();
});

test('a journal of a newer format, of another device or of another program is refused and left alone', async () => {
  open().close();
  expect(failure(() => open({ device: 'line-2' }))).toMatchObject({ code: 'journal_other_device' });
  const raw = new Database(journalPath(folder.path));
  raw.pragma('user_version = 99');
  raw.close();
  expect(failure(() => open())).toMatchObject({ code: 'journal_newer' });
  await using foreign = await tempDir();
  const other = new Database(journalPath(foreign.path));
  other.exec('CREATE TABLE bookmarks(url TEXT)');
  other.close();
  expect(failure(() => openTestJournal(foreign.path))).toMatchObject({ code: 'journal_foreign' });
});

test('a data folder that cannot be written and a file that is no database are distinguished, and nothing is overwritten', () => {
  const file = folder.join('file');
  writeFileSync(file, 'not a folder');
  expect(failure(() => openTestJournal(`${file}/data`))).toMatchObject({ code: 'data_folder_unwritable' });
  expect(failure(() => openTestJournal(file))).toMatchObject({ code: 'data_folder_unwritable' });
  const text = 'not a database, and long enough to be looked at as one '.repeat(99);
  writeFileSync(journalPath(folder.path), text);
  expect(failure(() => open())).toMatchObject({ code: 'journal_damaged' });
  expect(readFileSync(journalPath(folder.path), 'utf8')).toBe(text);
});

test('acks only rise, survive a restart, and one beyond what was written is refused', () => {
  const journal = open();
  fill(journal, 'events', 10);
  journal.ack('events', 4, [[7, 8]]);
  journal.ack('events', 2, [[7, 8]]);
  expect(journal.stats().events).toMatchObject({ acked: 4, queued: 4 });
  expect(journal.ack('events', 4, [[9, 11]])).toBe('beyond');
  journal.close();
  const again = open();
  expect(again.stats().events).toMatchObject({ acked: 4, queued: 4 });
  again.ack('events', 10, []);
  expect(again.stats().events).toMatchObject({ acked: 10, queued: 0 });
});

test('acks take effect at once, and are on the disk after saveAcks and not before', () => {
  const journal = open();
  fill(journal, 'events', 10);
  const reader = openJournalReader(journalPath(folder.path));
  expect(journal.ack('events', 6, [])).toBe('ok');
  expect(journal.stats().events.acked).toBe(6);
  expect(reader.stats().events?.acked).toBe(0);
  journal.saveAcks();
  expect(reader.stats().events?.acked).toBe(6);
  reader.close();
});

test('the second ack that this journal cannot have earned makes it ask to be opened again, and the first does not', () => {
  const journal = open();
  fill(journal, 'events', 10);
  let asked = 0;
  journal.onReopen(() => (asked += 1));
  expect(journal.ack('events', 99, [])).toBe('beyond');
  expect(asked).toBe(0);
  expect(journal.ack('events', 10, [], undefined, 'f'.repeat(64))).toBe('forked');
  expect(asked).toBe(1);
});

test('only delivered and old records are pruned, and the chain can still be followed', () => {
  const clock = new HandClock();
  const journal = open({ clock });
  fill(journal, 'events', 5);
  clock.advance(60_000);
  fill(journal, 'events', 5);
  expect(journal.prune(30_000)).toBe(0);
  journal.ack('events', 8, []);
  expect(journal.prune(30_000)).toBe(5);
  const batch = journal.read('events', 1, 100, 1e6)!;
  expect(batch.from).toBe(6);
  expect(batch.records.reduce(chainNext, batch.prev)).toBe(batch.head);
});

test('a clock that woke in the past ages nothing and is called suspect', () => {
  const clock = new HandClock();
  const first = open({ clock, synced: () => true });
  fill(first, 'events', 1);
  first.ack('events', 1, []);
  first.close();
  const late = new HandClock();
  late.setWall(0);
  const second = open({ clock: late, boot: 'boot-2' });
  fill(second, 'events', 1);
  const qualities = second.read('events', 1, 9, 1e6)!.records.map((json) => WireRecord.parse(JSON.parse(json)).q);
  expect(qualities).toEqual(['synced', 'suspect']);
  expect(second.prune(0)).toBe(0);
});

test('listeners hear of a commit after it, and one that fails undoes nothing', () => {
  const journal = open();
  const heard: number[] = [];
  journal.onAppend(() => {
    throw new Error('deaf');
  });
  const stop = journal.onAppend((positions) => heard.push(...positions.map((position) => position.seq)));
  fill(journal, 'events', 2);
  stop();
  fill(journal, 'events', 1);
  expect(heard).toEqual([1, 2]);
  expect(journal.stats().events.next).toBe(4);
});
