import { closeSync, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, sampleBody } from '../../../tests/support/test-journal.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { openDataFolder, type DataFolder, type DataFolderOptions } from './open-data-folder.ts';
import { journalPath, openJournalReader } from '../journal/index.ts';

let folder: TempDir;
let store: DataFolder | undefined;
beforeEach(async () => {
  folder = await tempDir();
});
afterEach(async () => {
  store?.close();
  store = undefined;
  await folder[Symbol.asyncDispose]();
});

const open = (options: Partial<DataFolderOptions> = {}): DataFolder => {
  store = openDataFolder({
    data: folder.path,
    device: 'line-1',
    boot: 'boot-1',
    clock: systemClock,
    log: silentLogger,
    journalQuotaBytes: 1e9,
    evidenceQuotaBytes: 1e9,
    keepDeliveredMs: 1e9,
    synced: () => true,
    ...options,
  });
  return store;
};
const fill = ({ journal }: DataFolder, count: number): void => {
  for (let n = 0; n < count; n += 100) {
    journal.append(Array.from({ length: 100 }, (_, i) => ({ stream: 'events', kind: 'x', body: sampleBody(n + i) })));
  }
};

test('the WAL is emptied when nothing is written, and left alone while a reader needs it', () => {
  const into = open();
  const wal = (): number => statSync(`${journalPath(folder.path)}-wal`).size;
  fill(into, 8_000);
  const reader = openJournalReader(journalPath(folder.path));
  const rows = reader.records('events');
  rows.next();
  into.maintenance.every10s();
  into.maintenance.every10s();
  expect(wal()).toBeGreaterThan(1_000_000);
  rows.return(undefined);
  reader.close();
  into.maintenance.every10s();
  into.maintenance.every10s();
  expect(wal()).toBe(0);
  expect(into.journal.alarms()).toEqual([]);
});

test('the ballast is taken at the first opening, and again when it was used', () => {
  const into = open();
  const ballast = `${journalPath(folder.path)}.ballast`;
  expect(existsSync(ballast)).toBe(true);
  rmSync(ballast);
  into.maintenance.every10s();
  expect(existsSync(ballast)).toBe(true);
});

test('a run signs the heads at its start and at its end', async () => {
  const into = open({ clock: new HandClock() });
  const stop = new AbortController();
  fill(into, 100);
  const running = into.maintenance.run(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  fill(into, 100);
  stop.abort();
  await running;
  expect(into.journal.stats().audit.next).toBe(3);
});

test('damage that shows while writing asks for the journal to be opened anew, and the next opening detects it', () => {
  const into = open();
  fill(into, 3_000);
  into.journal.checkpoint(true);
  const { epoch } = into.journal;
  let asked = 0;
  into.journal.onReopen(() => {
    asked += 1;
  });
  const path = journalPath(folder.path);
  const pages = statSync(path).size / 4096;
  const file = openSync(path, 'r+');
  for (let page = 1; page < pages; page += 1) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
  closeSync(file);
  // What SQLite has in its own memory may carry some writes yet.
  into.journal.database.pragma('shrink_memory');
  expect(() => {
    for (let n = 0; n < 50; n += 1) fill(into, 100);
  }).toThrow(expect.objectContaining({ code: 'journal_damaged' }));
  expect(asked).toBe(1);
  into.close();
  const next = open();
  expect(next.journal.epoch).not.toBe(epoch);
  expect(next.journal.alarms()).toMatchObject([{ code: 'journal_quarantined' }]);
  expect(existsSync(`${path}.suspect`)).toBe(false);
});

test('a record that waits for others is written when the data folder is closed', async () => {
  const into = open({ clock: new HandClock() });
  const output = { phase: 'opened', key: 'k', rule: 'r', ruleType: 'spill', label: 'spill', durationMs: 0 } as const;
  const event = '01980000-0000-7000-8000-000000000001';
  const recorded = into.recorder.record(
    { event, camera: 'floor', output: { ...output, kind: 'sanitation', severity: 'info' } },
    undefined,
  );
  expect(into.journal.stats().events.next).toBe(1);
  into.close();
  expect(await recorded).toEqual({ seq: 1 });
  const reader = openJournalReader(journalPath(folder.path));
  expect([...reader.records('events')]).toHaveLength(1);
  reader.close();
});
