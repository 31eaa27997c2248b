import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { type Stream, WireRecord } from '@lineside/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { eventBody } from '../../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../../tests/support/test-journal.ts';
import { type Entry, type Journal, journalPath, openJournalReader, verifyJournal } from '../index.ts';

let folder: TempDir;
let data: string;
let path: string;
const opened: Journal[] = [];
beforeEach(async () => {
  folder = await tempDir();
  data = join(folder.path, 'data');
  mkdirSync(data);
  path = journalPath(data);
});
afterEach(async () => {
  for (const journal of opened.splice(0)) journal.close();
  await folder[Symbol.asyncDispose]();
});

const open = (): Journal => {
  const journal = openTestJournal(data);
  opened.push(journal);
  return journal;
};
const write = (journal: Journal, count: number): void => {
  const both = (n: number): readonly Entry[] => [
    { stream: 'events', kind: 'event', body: eventBody({ details: { n } }) },
    { stream: 'audit', kind: 'audit', body: { action: 'noted', who: 'test', details: { n } } },
  ];
  for (let n = 0; n < count; n += 10) {
    journal.append(Array.from({ length: Math.min(10, count - n) }, (_, i) => both(n + i)).flat());
  }
};
/** A journal with 400 events and audit records, of which the collector has the first 100, closed in good order. */
const past = (): { readonly epoch: string } => {
  const journal = open();
  write(journal, 400);
  journal.ack('events', 100, [[120, 130]]);
  journal.ack('audit', 100, []);
  journal.close();
  return { epoch: journal.epoch };
};
const recordsOf = (stream: Stream): readonly WireRecord[] => {
  const reader = openJournalReader(path);
  try {
    return [...reader.records(stream)].map(({ json }) => WireRecord.parse(JSON.parse(json)));
  } finally {
    reader.close();
  }
};
interface Reported {
  readonly reason: string;
  readonly epoch: string;
  readonly streams: ReadonlyMap<
    string,
    { from: number; to: number; transferred: number; lost: number; ranges: string }
  >;
}
const reported = (): Reported => {
  const bodies = recordsOf('audit').map(({ b }) => b as { action: string; details?: Record<string, never> });
  const quarantined = bodies.findLast(({ action }) => action === 'journal_quarantined')?.details ?? {};
  const streams = bodies
    .filter(({ action }) => action === 'records_transferred')
    .map(({ details = {} }) => {
      const { stream, from, to, transferred, lost, lostRanges } = details;
      return [String(stream), { from, to, transferred, lost, ranges: String(lostRanges) }] as never;
    });
  return { reason: String(quarantined['reason']), epoch: String(quarantined['epoch']), streams: new Map(streams) };
};
const numbersIn = (ranges: string): readonly number[] =>
  ranges
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [a = 0, b = a] = range.split('-').map(Number);
      return Array.from({ length: b - a + 1 }, (_, i) => a + i);
    });
/** Every number that the collector lacked is transferred or declared lost, and none is both. */
const expectExplained = (epoch: string, stream: Stream, wanted: readonly number[]): readonly number[] => {
  const transferred = recordsOf(stream).flatMap(({ was }) => (was?.epoch === epoch ? was.s : []));
  const lost = numbersIn(reported().streams.get(stream)?.ranges ?? '');
  expect([...transferred, ...lost].toSorted((a, b) => a - b)).toEqual(wanted);
  return transferred;
};
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const wantedEvents = [...range(101, 119), ...range(131, 400)];
const asideFolders = (): readonly string[] =>
  existsSync(join(data, 'quarantine')) ? readdirSync(join(data, 'quarantine')) : [];
const overwrite = (file: string, at: number, bytes: Buffer): void => {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
};

test('a sound journal is opened again and again under its epoch, and nothing is put into quarantine', () => {
  const { epoch } = past();
  for (let round = 0; round < 3; round += 1) {
    const journal = open();
    expect(journal.epoch).toBe(epoch);
    write(journal, 1);
    expect(journal.alarms()).toEqual([]);
    journal.close();
  }
  expect(asideFolders()).toEqual([]);
});

/** What is done to the file, and how many of 578 undelivered records must survive it at least. */
const DAMAGE: readonly (readonly [string, number, () => void])[] = [
  ['a garbage header', 570, () => overwrite(path, 0, randomBytes(4096))],
  ['a header of zeros', 570, () => overwrite(path, 0, Buffer.alloc(100))],
  ['a file cut to two thirds', 150, () => truncateSync(path, Math.floor((statSync(path).size * 2) / 3))],
  ['a file cut within a page', 0, () => truncateSync(path, 40_000)],
  ['a zeroed page in the middle', 500, () => overwrite(path, 4096 * 40, Buffer.alloc(4096))],
  ['an empty file', 0, () => truncateSync(path, 0)],
  ['no file', 0, () => rmSync(path)],
  [
    'random pages of noise',
    300,
    () => {
      const roll = dice(7);
      const pages = statSync(path).size / 4096;
      for (let hit = 0; hit < 12; hit += 1) overwrite(path, 4096 * roll(pages), randomBytes(4096));
    },
  ],
];

test.each(DAMAGE)(
  '%s: put into quarantine and never deleted, what can be read goes on, the rest is named',
  (_, atLeast, spoil) => {
    const { epoch } = past();
    spoil();
    const spoiled = existsSync(path) ? readFileSync(path) : undefined;
    const journal = open();
    expect(journal.epoch).not.toBe(epoch);
    expect(journal.alarms()).toMatchObject([{ code: 'journal_quarantined' }]);
    const [name] = asideFolders();
    const quarantined = join(data, 'quarantine', name!, 'journal.db');
    if (spoiled === undefined) expect(existsSync(quarantined)).toBe(false);
    else expect(readFileSync(quarantined).equals(spoiled)).toBe(true);
    write(journal, 3);
    journal.close();
    expect(reported().epoch).toBe(epoch);
    const audit = expectExplained(epoch, 'audit', range(101, 400));
    const { findings } = verifyJournal(path);
    expect(findings).toEqual([]);
    const transferred = recordsOf('events').flatMap(({ was }) => was?.s ?? []);
    const lost = numbersIn(reported().streams.get('events')?.ranges ?? '');
    // Ranges that the collector confirmed out of order are known only where the heads can be read.
    const all = [...transferred, ...lost].toSorted((a, b) => a - b);
    expect(all.filter((n) => n < 120 || n > 130)).toEqual(wantedEvents);
    expect(audit.length + transferred.length).toBeGreaterThanOrEqual(atLeast);
    const again = open();
    expect(again.epoch).toBe(journal.epoch);
    expect(again.alarms()).toEqual([]);
  },
);

test('a garbage header costs nothing but the records of that page', () => {
  const { epoch } = past();
  overwrite(path, 0, randomBytes(4096));
  open().close();
  const lost = numbersIn(reported().streams.get('events')?.ranges ?? '');
  expect(lost).toEqual([]);
  expect(recordsOf('events').every(({ was }) => was?.epoch === epoch)).toBe(true);
});

test('a WAL that went missing is noticed: its numbers are declared lost instead of being given twice', () => {
  const { epoch } = past();
  const journal = open();
  write(journal, 50);
  journal.mark();
  const copy = join(folder.path, 'copy');
  cpSync(path, copy);
  journal.close();
  // In place and not through a rename, as a person does who copies a file back.
  writeFileSync(path, readFileSync(copy));
  const next = open();
  expect(next.epoch).not.toBe(epoch);
  next.close();
  expect(reported()).toMatchObject({ reason: 'restored', epoch });
  expect(expectExplained(epoch, 'events', [...wantedEvents, ...range(401, 450)]).length).toBeGreaterThan(0);
});

test.each([
  [
    'the whole folder, restored from a copy',
    (copy: string) => {
      rmSync(data, { recursive: true });
      cpSync(copy, data, { recursive: true, preserveTimestamps: true });
    },
  ],
  [
    'an older database, copied over the newer one',
    (copy: string) => writeFileSync(path, readFileSync(journalPath(copy))),
  ],
  ['a database without its mark', () => rmSync(`${path}.mark`)],
] as const)('%s goes on under a new epoch with what it held', (_, restore) => {
  const { epoch } = past();
  const copy = join(folder.path, 'backup');
  cpSync(data, copy, { recursive: true });
  const journal = open();
  write(journal, 20);
  journal.close();
  restore(copy);
  const next = open();
  expect(next.epoch).not.toBe(epoch);
  next.close();
  expect(reported()).toMatchObject({ reason: 'restored', epoch });
  const events = recordsOf('events').flatMap(({ was }) => was?.s ?? []);
  expect(events.slice(0, wantedEvents.length)).toEqual(wantedEvents);
});

test('a folder that is restored at once, so that its files get the old inode numbers again, is recognised as a copy', () => {
  const copy = join(folder.path, 'backup');
  for (let round = 0; round < 20; round += 1) {
    rmSync(data, { recursive: true });
    const journal = open();
    write(journal, 1);
    journal.close();
    rmSync(copy, { recursive: true, force: true });
    cpSync(data, copy, { recursive: true });
    rmSync(data, { recursive: true });
    cpSync(copy, data, { recursive: true, preserveTimestamps: true });
    const next = open();
    expect(next.epoch).not.toBe(journal.epoch);
    next.close();
  }
});

test('a journal that the collector is ahead of goes on under a new epoch when it is opened again', () => {
  const { epoch } = past();
  const journal = open();
  let asked = 0;
  journal.onReopen(() => {
    asked += 1;
  });
  journal.reportRollback('the collector confirmed events 900');
  journal.reportRollback('the collector confirmed events 900');
  expect(asked).toBe(1);
  journal.close();
  const next = open();
  expect(next.epoch).not.toBe(epoch);
  next.close();
  expect(reported()).toMatchObject({ reason: 'behind_collector' });
  expectExplained(epoch, 'events', wantedEvents);
});

test('an ack whose proof is another hash confirms nothing; the right one does', () => {
  const journal = open();
  write(journal, 5);
  const { head } = journal.ends().events;
  expect(journal.ack('events', 5, [], undefined, 'f'.repeat(64))).toBe('forked');
  expect(journal.stats().events.acked).toBe(0);
  journal.ack('events', 5, [], undefined, head);
  expect(journal.stats().events.acked).toBe(5);
});

test('a start that was killed while it transferred begins again, and loses and doubles nothing', () => {
  const { epoch } = past();
  truncateSync(path, Math.floor(statSync(path).size / 2));
  open().close();
  const whole = recordsOf('events').length;
  // Back to the state before the end of the transfer: a part of the records, and the notice still there.
  const [name] = asideFolders();
  const database = new Database(path);
  database.exec("DELETE FROM meta WHERE key = 'salvaged_from'");
  database.close();
  writeFileSync(join(data, 'quarantine', name!, 'unfinished.json'), JSON.stringify({ reason: 'damaged', why: 'cut' }));
  const journal = open();
  journal.close();
  expect(recordsOf('events')).toHaveLength(whole);
  expectExplained(epoch, 'audit', range(101, 400));
  // And one that was killed right after its end does nothing again.
  writeFileSync(join(data, 'quarantine', name!, 'unfinished.json'), JSON.stringify({ reason: 'damaged', why: 'cut' }));
  const after = open();
  expect(after.epoch).toBe(journal.epoch);
  expect(readdirSync(join(data, 'quarantine', name!))).not.toContain('unfinished.json');
});

test.for(['quarantine', 'set-aside'])(
  'a start that was killed while it moved the files to DATA/%s moves the rest',
  (name) => {
    const { epoch } = past();
    const journal = open();
    write(journal, 30);
    // Killed: database and WAL stay as they are.
    const killed = join(folder.path, 'killed');
    cpSync(data, killed, { recursive: true });
    journal.close();
    data = killed;
    path = journalPath(data);
    const quarantined = join(data, name, '20260601T000000000Z-damaged');
    mkdirSync(quarantined, { recursive: true });
    writeFileSync(join(quarantined, 'unfinished.json'), JSON.stringify({ reason: 'damaged', why: 'test' }));
    cpSync(`${path}-wal`, join(quarantined, 'journal.db-wal'));
    rmSync(`${path}-wal`);
    rmSync(`${path}-shm`, { force: true });
    open().close();
    expectExplained(epoch, 'events', [...wantedEvents, ...range(401, 430)]);
    expect(reported().streams.get('events')?.lost).toBe(0);
  },
);

test('long records, whose payload goes on in other pages, are salvaged too', () => {
  const journal = open();
  const text = 'y'.repeat(3_000);
  const details = { a: text, b: text, c: text };
  for (let n = 0; n < 20; n += 1) {
    journal.append([{ stream: 'audit', kind: 'audit', body: { action: 'long', who: 'test', details } }]);
  }
  journal.close();
  overwrite(path, 0, randomBytes(4096));
  open().close();
  const transferred = recordsOf('audit').filter(({ was }) => was !== undefined);
  expect(transferred).toHaveLength(20);
  expect(transferred[7]?.b).toMatchObject({ details });
});
