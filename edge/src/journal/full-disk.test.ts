import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TombstoneBody, WireRecord } from '@lineside/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SmallDisk, smallDisk } from '../../../tests/support/small-disk.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { type Entry, type Journal, journalPath, verifyJournal } from './index.ts';

const MiB = 1024 * 1024;
let folder: TempDir;
let disk: SmallDisk | undefined;
let journal: Journal | undefined;
beforeEach(async () => {
  folder = await tempDir();
  disk = smallDisk(join(folder.path, 'disk'), 24 * MiB);
});
afterEach(async () => {
  journal?.close();
  journal = undefined;
  disk?.[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

/** Without the right to mount there is no disk to fill, and nothing to be tried. */
const onDisk = (title: string, run: (at: SmallDisk) => void): void => {
  test(title, (context) => {
    if (disk === undefined) return context.skip('no file system may be mounted here');
    run(disk);
  });
};
const open = (at: SmallDisk): Journal => {
  journal = openTestJournal(at.path, { ballastBytes: 6 * MiB, quotaBytes: 64 * MiB });
  return journal;
};
const fill = (into: Journal, stream: 'audit' | 'events' | 'telemetry', count: number): void => {
  const entry = (n: number): Entry => ({ stream, kind: 'x', body: sampleBody(n) });
  for (let n = 0; n < count; n += 10) into.append(Array.from({ length: 10 }, (_, i) => entry(n + i)));
};
const unexplained = (of: Journal, stream: 'events' | 'telemetry'): readonly number[] => {
  const { first, next, acked } = of.stats()[stream];
  const named: TombstoneBody[] = [];
  for (let from = first; from < next; ) {
    const batch = of.read(stream, from, 500, 1e6)!;
    for (const json of batch.records) {
      const record = WireRecord.parse(JSON.parse(json));
      if (record.k === 'tombstone') named.push(TombstoneBody.parse(record.b));
    }
    from = batch.to + 1;
  }
  const gone = Array.from({ length: first - 1 }, (_, i) => i + 1).filter((n) => n > acked);
  return gone.filter((n) => !named.some(({ from, to }) => n >= from && n <= to));
};

onDisk(
  'a disk that another program fills: telemetry goes, events are still written, and no number is unexplained',
  (at) => {
    const into = open(at);
    fill(into, 'events', 2_000);
    fill(into, 'telemetry', 3_000);
    const free = at.fill();
    fill(into, 'events', 2_000);
    const { events, telemetry } = into.stats();
    expect(events.next).toBe(4_001);
    expect(events.declared).toBe(0);
    expect(telemetry.declared).toBeGreaterThan(0);
    expect(unexplained(into, 'telemetry')).toEqual([]);
    expect(into.alarms().map(({ code }) => code)).toContain('disk_full');
    expect(verifyJournal(journalPath(at.path)).findings).toEqual([]);
    free();
    expect(into.restoreBallast()).toBe(true);
    fill(into, 'events', 100);
    expect(verifyJournal(journalPath(at.path)).findings).toEqual([]);
  },
);

onDisk('with nothing but undelivered events the oldest of them go, by name, and the newest are there', (at) => {
  const into = open(at);
  fill(into, 'events', 8_000);
  at.fill();
  fill(into, 'events', 8_000);
  const { events } = into.stats();
  expect(events.next).toBeGreaterThan(16_000);
  expect(events.declared).toBeGreaterThan(0);
  expect(unexplained(into, 'events')).toEqual([]);
  expect(verifyJournal(journalPath(at.path)).findings).toEqual([]);
});

onDisk(
  'where nothing may be given up the refusal is coded, nothing is half written, and space brings it back',
  (at) => {
    const into = open(at);
    fill(into, 'audit', 1_000);
    const free = at.fill();
    const failure = (() => {
      for (let round = 0; round < 5_000; round += 1) {
        try {
          fill(into, 'audit', 10);
        } catch (error) {
          return error;
        }
      }
      return undefined;
    })();
    expect(failure).toMatchObject({ code: 'journal_full', retry: 'later' });
    free();
    fill(into, 'audit', 10);
    expect(into.stats().audit.declared).toBe(0);
    expect(verifyJournal(journalPath(at.path)).findings).toEqual([]);
  },
);

onDisk('a journal opens on a disk that is full already, and takes its ballast when there is space', (at) => {
  open(at).close();
  rmSync(`${journalPath(at.path)}.ballast`);
  const free = at.fill();
  // Space for a page or two, as logs leave it.
  rmSync(join(at.path, 'another-program'));
  writeFileSync(join(at.path, 'another-program'), Buffer.alloc(20 * MiB, 1));
  const into = open(at);
  expect(existsSync(`${journalPath(at.path)}.ballast`)).toBe(false);
  free();
  expect(into.restoreBallast()).toBe(true);
  expect(existsSync(`${journalPath(at.path)}.ballast`)).toBe(true);
});
