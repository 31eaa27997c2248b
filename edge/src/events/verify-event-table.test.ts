import { mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { silentLogger } from '@lineside/kit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventBody } from '../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../tests/support/test-journal.ts';
import { evidenceFolder, evidencePath, EvidenceStore, verifyEvidence } from '../evidence/index.ts';
import { type Journal, journalPath } from '../journal/index.ts';
import { EventTable, verifyEventTable } from './index.ts';

let folder: TempDir;
let journal: Journal;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path);
  EventTable.open(journal, silentLogger);
  for (let n = 0; n < 6; n += 1) journal.append([{ stream: 'events', kind: 'event', body: eventBody() }]);
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});
const path = (): string => journalPath(folder.path);
const tamper = (sql: string): void => {
  const database = new Database(path());
  database.exec(sql);
  database.close();
};

describe('the table of events on the device', () => {
  test('follows from the records, also after old ones were pruned', () => {
    expect(verifyEventTable(path())).toEqual([]);
    journal.ack('events', 3, []);
    journal.prune(0);
    expect(verifyEventTable(path())).toEqual([]);
  });

  test.each([
    [
      'edited',
      `UPDATE event_summary SET summary = replace(summary, '"warning"', '"info"') WHERE last_seq = 2`,
      'event_differs',
    ],
    ['deleted', 'DELETE FROM event_summary WHERE last_seq = 2', 'event_missing'],
    ['given another name', "UPDATE event_summary SET event = 'other' WHERE last_seq = 2", 'event_invented'],
  ])('is found wrong where an event was %s', (_how, sql, what) => {
    tamper(sql);
    expect(verifyEventTable(path())[0]).toMatchObject({ seq: 2, what });
  });
});

test('pictures on the device that were changed or deleted are found', async () => {
  const evidence = new EvidenceStore({
    journal,
    folder: evidenceFolder(folder.path),
    quotaBytes: 1e6,
    log: silentLogger,
  });
  const event = eventBody().event;
  mkdirSync(evidenceFolder(folder.path), { recursive: true });
  const staged = await evidence.stage(Buffer.from('the bytes of a picture'));
  journal.transact(() => evidence.adopt(staged, event, 1));
  evidence.settle(staged);
  const check = () => verifyEvidence(path(), evidenceFolder(folder.path));
  expect(await check()).toEqual({ checked: 1, findings: [] });
  const file = evidencePath(evidenceFolder(folder.path), staged.sha256);
  expect(dirname(dirname(file))).toBe(evidenceFolder(folder.path));
  writeFileSync(file, 'other bytes');
  expect((await check()).findings).toMatchObject([{ what: 'picture_changed', event }]);
  rmSync(file);
  expect((await check()).findings).toMatchObject([{ what: 'picture_missing', event }]);
});
