import { cpSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { silentLogger } from '@lineside/kit';
import { countInRanges, readTransfer, WireRecord } from '@lineside/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { FileWatch, type Journal, JournalAlarms, journalPath, verifyJournal } from './index.ts';

let folder: TempDir;
let journal: Journal;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path);
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const REPLACED: readonly (readonly [what: string, change: (path: string) => void])[] = [
  ['deleted', (path) => rmSync(path)],
  ['emptied', (path) => truncateSync(path, 0)],
  [
    'replaced by a copy of itself',
    (path) => {
      cpSync(path, `${path}.copy`);
      rmSync(path);
      cpSync(`${path}.copy`, path);
    },
  ],
  ['overwritten with something else', (path) => writeFileSync(path, 'x'.repeat(9000))],
];

test.each(REPLACED)('a journal that was %s while it is written is reported at the next look', (_what, change) => {
  const alarms = new JournalAlarms(silentLogger, () => 0);
  let asked = 0;
  const path = journalPath(folder.path);
  const watch = FileWatch.of({ path, epoch: journal.epoch, alarms, onReplaced: () => void (asked += 1) });
  journal.append([{ stream: 'events', kind: 'event', body: sampleBody(1) }]);
  journal.checkpoint(true);
  watch.round();
  expect(alarms.list()).toEqual([]);
  // Another folder keeps the inode number from being given to the new file.
  mkdirSync(folder.join('other'));
  change(path);
  watch.round();
  expect(alarms.list().map(({ code }) => code)).toEqual(['journal_replaced']);
  watch.round();
  expect(asked).toBe(1);
});

const GONE: readonly (readonly [what: string, change: (path: string) => void])[] = [
  ['deleted', (path) => rmSync(path)],
  [
    'deleted with all files beside it',
    (path) => {
      for (const suffix of ['', '-wal', '-shm', '.mark', '.lock']) rmSync(`${path}${suffix}`, { force: true });
    },
  ],
  [
    'replaced by something else',
    (path) => {
      writeFileSync(`${path}.other`, 'x'.repeat(9000));
      renameSync(`${path}.other`, path);
    },
  ],
];

test.each(GONE)(
  'a journal that was %s while it is open is rescued when it is closed: nothing is lost',
  (_what, change) => {
    const path = journalPath(folder.path);
    const write = (): void => void journal.append([{ stream: 'events', kind: 'event', body: sampleBody(1) }]);
    for (let n = 0; n < 20; n += 1) write();
    journal.checkpoint(true);
    change(path);
    for (let n = 0; n < 5; n += 1) write();
    const { epoch } = journal;
    journal.close();
    journal = openTestJournal(folder.path);
    expect(journal.epoch).not.toBe(epoch);
    expect(journal.alarms().map(({ code }) => code)).toEqual(['journal_quarantined']);
    const numbers = journal
      .read('events', 1, 99, 99_999)
      ?.records.map((json) => WireRecord.parse(JSON.parse(json)).was?.s);
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, n) => n + 1));
    expect(verifyJournal(path).findings).toEqual([]);
  },
);

test('a journal that was overwritten while it is open goes on with what the WAL still holds, and declares the rest', () => {
  const path = journalPath(folder.path);
  const write = (): void => void journal.append([{ stream: 'events', kind: 'event', body: sampleBody(1) }]);
  for (let n = 0; n < 20; n += 1) write();
  journal.checkpoint(true);
  truncateSync(path, 0);
  journal.close();
  journal = openTestJournal(folder.path);
  const audit = journal.read('audit', 1, 99, 99_999)?.records.map((json) => WireRecord.parse(JSON.parse(json)).b);
  const transfer = audit?.map((body) => readTransfer(body)).find((found) => found?.stream === 'events');
  const moved = journal.stats().events.next - 1;
  expect(countInRanges(transfer?.lost ?? []) + moved).toBe(20);
  expect(verifyJournal(path).findings).toEqual([]);
});
