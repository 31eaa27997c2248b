import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { silentLogger } from '@lineside/kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { FileWatch, type Journal, JournalAlarms, journalPath } from './index.ts';

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
  const path = journalPath(folder.path);
  const watch = FileWatch.of(path, journal.epoch, alarms);
  journal.append([{ stream: 'events', kind: 'event', body: sampleBody(1) }]);
  journal.checkpoint(true);
  watch.round();
  expect(alarms.list()).toEqual([]);
  // Another folder keeps the inode number from being given to the new file.
  mkdirSync(folder.join('other'));
  change(path);
  watch.round();
  expect(alarms.list().map(({ code }) => code)).toEqual(['journal_replaced']);
});
