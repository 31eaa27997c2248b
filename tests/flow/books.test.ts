import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CollectorStore, SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { deviceKey, HeadSigner, type Journal, journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { deliver } from '../support/deliver.ts';
import { eventBody } from '../support/journal-twin.ts';
import { STORE_KINDS, type StorePlace } from '../support/store-kinds.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { findingsIn } from '../support/verify-all.ts';
import { HandClock, openTestJournal, sampleBody } from '../support/test-journal.ts';

let folder: TempDir;
let place: StorePlace;
let store: CollectorStore;
let journal: Journal;
const clock = new HandClock();

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

/** Makes the next start put the journal into quarantine as a copy, with all that it holds. */
const looksRestored = (): void => {
  const path = `${journalPath(folder.path)}.mark`;
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), instance: 'another' }));
};
/** Puts it into quarantine; returns its epoch. */
const recover = (): string => {
  const { epoch } = journal;
  journal.close();
  looksRestored();
  reopen();
  return epoch;
};
const lose = (): string => {
  const { epoch } = journal;
  journal.close();
  rmSync(journalPath(folder.path));
  reopen();
  return epoch;
};

describe.each(STORE_KINDS)('the books of a $name collector after a journal was given up on the device', (kind) => {
  beforeAll(kind.prepare);
  afterAll(kind.end);
  beforeEach(async () => {
    [folder, place] = [await tempDir(), await kind.place()];
    store = await place.open();
    journal = openTestJournal(folder.path, { clock });
  });
  afterEach(async () => {
    journal.close();
    await store.close();
    await place.remove();
    await folder[Symbol.asyncDispose]();
  });

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
    recover();
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

  it('account for every journal that records went through before they were delivered', async () => {
    fill(12);
    sign();
    await deliver(journal, store);
    fill(8);
    sign();
    const first = recover();
    fill(2);
    const second = recover();
    await deliver(journal, store);
    expect(await booksOf(first)).toMatchObject({ highest: 20, stored: 20, transferred: 8, declaredLost: 0 });
    expect(await booksOf(second)).toMatchObject({ highest: 10, stored: 10, transferred: 10, declaredLost: 0 });
    expect(await findings()).toEqual([]);
  });

  it('declare under its first number what was lost with a later journal, and what that had declared', async () => {
    fill(6);
    const first = recover();
    fill(2);
    const second = lose();
    const third = lose();
    await deliver(journal, store);
    expect(await booksOf(first)).toMatchObject({ highest: 6, stored: 0, declaredLost: 6, missing: 0 });
    expect(await booksOf(second)).toMatchObject({ highest: 8, stored: 0, declaredLost: 8, missing: 0 });
    expect([third, await findings()]).toEqual([third, []]);
  });

  it('declare the first number of a record that is transferred for the eighteenth time, and keep the record', async () => {
    fill(2);
    const first = recover();
    for (let time = 2; time <= 18; time += 1) recover();
    await deliver(journal, store);
    expect(await booksOf(first)).toMatchObject({ highest: 2, stored: 0, declaredLost: 2, missing: 0 });
    expect(await booksOf(journal.epoch)).toMatchObject({ stored: 2 });
    const rows = (await store.records.streams()).filter(({ stream }) => stream === 'events');
    expect(rows.map(({ declaredLost }) => declaredLost).filter((lost) => lost > 0)).toEqual([2]);
    expect(await findings()).toEqual([]);
  });

  it('declare under its first number what a later journal had no space for', async () => {
    journal.close();
    const streamQuotas = { events: 20_000 };
    journal = openTestJournal(folder.path, { clock, streamQuotas });
    fill(8);
    const first = journal.epoch;
    journal.close();
    looksRestored();
    journal = openTestJournal(folder.path, { clock, streamQuotas });
    for (let round = 0; round < 12; round += 1) fill(10);
    await deliver(journal, store);
    expect(await booksOf(first)).toMatchObject({ highest: 8, stored: 0, declaredLost: 8, missing: 0 });
    expect(await findings()).toEqual([]);
  });

  it('do not let events return under another number that retention has deleted', async () => {
    const body = eventBody();
    const entry = { stream: 'events', kind: 'event' } as const;
    journal.append([{ ...entry, body }]);
    journal.append([{ ...entry, body: { ...body, phase: 'closed', reason: 'cleared' } }]);
    await deliver(journal, store, { acknowledge: false });
    await store.retention.retireRecords('events', 5_000, 1, 5_000);
    const [row] = (await store.records.streams()).filter(({ stream }) => stream === 'events');
    await store.retention.retireRecords('events', 5_000, 1, 5_000);
    const first = recover();
    await deliver(journal, store, { atMs: 6_000 });
    expect([row?.retired, await store.derived.events(0, 9)]).toEqual([1, []]);
    expect(await booksOf(first)).toMatchObject({ highest: 2, stored: 2, declaredLost: 0, missing: 0 });
    expect(await findingsIn(store, { events: 2_000 })).toEqual([]);
  });

  it('declare what a device had signed and a restored copy of its journal knows nothing of', async () => {
    fill(12);
    await deliver(journal, store);
    const copy = folder.join('copy');
    journal.checkpoint(true);
    cpSync(journalPath(folder.path), copy);
    fill(8);
    sign();
    await deliver(journal, store, { streams: ['audit'] });
    const { epoch } = journal;
    journal.close();
    rmSync(`${journalPath(folder.path)}.mark`);
    writeFileSync(journalPath(folder.path), readFileSync(copy));
    reopen();
    await deliver(journal, store);
    expect(await booksOf(epoch)).toMatchObject({ highest: 20, stored: 12, declaredLost: 8, missing: 0 });
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
