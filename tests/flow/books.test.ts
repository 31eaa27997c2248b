import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { deviceKey, HeadSigner, type Journal, journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { deliver } from '../support/deliver.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { findingsIn } from '../support/verify-all.ts';
import { HandClock, openTestJournal, sampleBody } from '../support/test-journal.ts';

let folder: TempDir;
let cloud: TempDir;
let store: SqliteStore;
let journal: Journal;
const clock = new HandClock();

beforeEach(async () => {
  [folder, cloud] = [await tempDir(), await tempDir()];
  store = SqliteStore.open(cloud.path);
  journal = openTestJournal(folder.path, { clock });
});
afterEach(async () => {
  journal.close();
  await store.close();
  await folder[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const sign = (): void => new HeadSigner({ journal, key: deviceKey(folder.path), clock }).sign();
const fill = (count: number): void => {
  journal.append(Array.from({ length: count }, (_, n) => ({ stream: 'events', kind: 'event', body: sampleBody(n) })));
};
const reopen = (): void => {
  journal = openTestJournal(folder.path, { clock });
};
const booksOf = async (epoch: string) =>
  (await store.records.streams()).find((row) => row.epoch === epoch && row.stream === 'events');
const findings = async (): Promise<readonly object[]> => [
  ...verifyJournal(journalPath(folder.path)).findings,
  ...(await findingsIn(store)),
];

describe('the books of a collector after a journal was given up on the device', () => {
  it('declare what a deleted journal had not delivered, with range and reason, under the epoch of that journal', async () => {
    const { epoch } = journal;
    fill(12);
    await deliver(journal, store);
    fill(8);
    journal.close();
    rmSync(journalPath(folder.path));
    reopen();
    await deliver(journal, store);
    expect(await booksOf(epoch)).toMatchObject({ highest: 20, stored: 12, declaredLost: 8, missing: 0 });
    expect(await store.records.losses(9)).toMatchObject([
      { epoch, stream: 'events', reason: 'journal_missing', count: 8, first: 13, last: 20 },
    ]);
    expect((await store.records.totals()).declaredLost).toBe(8);
    expect(await findings()).toEqual([]);
  });

  it('count as committed what a restored journal transfers, and declare nothing', async () => {
    const { epoch } = journal;
    fill(12);
    sign();
    await deliver(journal, store);
    fill(8);
    sign();
    journal.close();
    const path = `${journalPath(folder.path)}.mark`;
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), inode: 1 }));
    reopen();
    await deliver(journal, store);
    expect(await booksOf(epoch)).toMatchObject({
      highest: 20,
      stored: 20,
      transferred: 8,
      declaredLost: 0,
      missing: 0,
    });
    expect(await findings()).toEqual([]);
  });

  it('do not count twice what the collector had stored and the device had not heard of', async () => {
    const { epoch } = journal;
    fill(12);
    await deliver(journal, store, { acknowledge: false });
    journal.close();
    rmSync(journalPath(folder.path));
    reopen();
    await deliver(journal, store);
    expect(await booksOf(epoch)).toMatchObject({ highest: 12, stored: 12, declaredLost: 0, missing: 0 });
    expect(await findings()).toEqual([]);
  });
});

describe('a collector database of version 0.1 that holds records of a recovery', () => {
  it('gets the books of the earlier journal when it is opened', async () => {
    const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
    await using old = await tempDir();
    await using data = await tempDir();
    execFileSync('tar', ['-xzf', join(fixtures, 'data-0.1/data.tar.gz'), '-C', data.path]);
    const packed = readFileSync(join(fixtures, 'collector-0.1/collector.sqlite.gz'));
    writeFileSync(old.join('collector.sqlite'), gunzipSync(packed));
    const earlier = SqliteStore.open(old.path);
    const recovered = openTestJournal(data.path, { clock });
    await deliver(recovered, earlier);
    recovered.close();
    const rows = await earlier.records.streams();
    expect(
      rows.every(({ highest, stored, declaredLost, missing }) => highest === stored + declaredLost + missing),
    ).toBe(true);
    expect(rows.filter(({ missing }) => missing > 0)).toEqual([]);
    expect(await findingsIn(earlier)).toEqual([]);
    await earlier.close();
  });
});
