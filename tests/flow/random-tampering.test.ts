import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chainStart, STREAMS, type Stream } from '@lineside/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { deviceKey, HeadSigner, journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { deliver } from '../support/deliver.ts';
import { dice } from '../support/dice.ts';
import { counterBody, eventBody } from '../support/journal-twin.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { HandClock, openTestJournal } from '../support/test-journal.ts';
import { findingsIn } from '../support/verify-all.ts';

interface Target {
  readonly database: Database.Database;
  /** Table of the records of one stream, and what selects them there. */
  readonly table: string;
  readonly where: string;
  readonly stream: Stream;
  readonly epoch: string;
  /** A number from 1 to below `last`, the last of the stream. */
  readonly n: number;
  readonly last: number;
}

/** What is done to a record, and the number that must be named first. */
const ON_RECORDS: readonly (readonly [what: string, tamper: (target: Target) => number])[] = [
  [
    'edited',
    ({ database, table, where, n }) => {
      database.exec(`update ${table} set json = replace(json, 'boot-1', 'boot-2') where ${where} and seq = ${n}`);
      return n;
    },
  ],
  [
    'removed',
    ({ database, table, where, n }) => {
      database.exec(`delete from ${table} where ${where} and seq = ${n}`);
      return n;
    },
  ],
  [
    'exchanged with the next',
    ({ database, table, where, n }) => {
      database.exec(`update ${table} set seq = 900000 where ${where} and seq = ${n};
        update ${table} set seq = ${n} where ${where} and seq = ${n + 1};
        update ${table} set seq = ${n + 1} where ${where} and seq = 900000`);
      return n;
    },
  ],
  [
    'added at the end',
    ({ database, table, where, n, last }) => {
      const columns = columnsOf(database, table);
      const chosen = columns.map((name) => (name === 'seq' ? String(last + 1) : name)).join(', ');
      database.exec(
        `insert into ${table} (${columns.join(', ')}) select ${chosen} from ${table} where ${where} and seq = ${n}`,
      );
      return last + 1;
    },
  ],
];

let device: TempDir;
let cloud: TempDir;
beforeEach(async () => {
  [device, cloud] = [await tempDir(), await tempDir()];
});
afterEach(async () => {
  await device[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

/** A history of random length in all streams, signed and delivered; returns its epoch and the last number of each. */
async function history(roll: (n: number) => number): Promise<{ epoch: string; lasts: ReadonlyMap<Stream, number> }> {
  const clock = new HandClock();
  const journal = openTestJournal(device.path, { clock });
  const signer = new HeadSigner({ journal, key: deviceKey(device.path), clock });
  for (let round = 0; round < 3 + roll(4); round += 1) {
    for (let n = 0; n < 3 + roll(9); n += 1) {
      const event = eventBody();
      const media = { sha256: 'a'.repeat(64), bytes: 9, mime: 'image/jpeg', width: 4, height: 3, event: event.event };
      journal.append([
        { stream: 'events', kind: 'event', body: event },
        { stream: 'media', kind: 'media', body: media },
        { stream: 'telemetry', kind: 'telemetry', body: counterBody() },
        { stream: 'audit', kind: 'audit', body: { action: 'noted', who: 'test', details: { n } } },
      ]);
    }
    signer.sign();
  }
  const store = SqliteStore.open(cloud.path);
  await deliver(journal, store);
  await store.close();
  const ends = journal.ends();
  journal.close();
  return { epoch: journal.epoch, lasts: new Map(STREAMS.map((stream) => [stream, ends[stream].seq])) };
}

/** Runs `work` on a database file and puts the file back as it was. */
async function spoiled<T>(path: string, work: (database: Database.Database) => Promise<T>): Promise<T> {
  copyFileSync(path, `${path}.kept`);
  const database = new Database(path);
  database.pragma('foreign_keys = OFF');
  try {
    return await work(database);
  } finally {
    if (database.open) database.close();
    for (const suffix of ['-wal', '-shm']) if (existsSync(`${path}${suffix}`)) rmSync(`${path}${suffix}`);
    copyFileSync(`${path}.kept`, path);
  }
}

const columnsOf = (database: Database.Database, table: string): readonly string[] =>
  database.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table);

/** Numbers named for `stream`; 0 stands for the stream as a whole. */
const lowest = (numbers: readonly number[]): number => Math.min(...numbers.filter((n) => n > 0));

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('a random record of every stream (seed %d)', (seed) => {
  it('is named first on the device, whatever is done to it', async () => {
    const roll = dice(seed);
    const { epoch, lasts } = await history(roll);
    const path = journalPath(device.path);
    expect(verifyJournal(path).findings).toEqual([]);
    for (const stream of STREAMS) {
      const last = lasts.get(stream) ?? 0;
      const n = 1 + roll(last - 1);
      const found = (): number =>
        lowest(verifyJournal(path).findings.flatMap((finding) => (finding.stream === stream ? [finding.seq] : [])));
      for (const [what, tamper] of [...ON_RECORDS, ['cut off', cutOnDevice] as const]) {
        await spoiled(path, async (database) => {
          const expected = tamper({ database, table: `record_${stream}`, where: '1', stream, epoch, n, last });
          database.close();
          expect([stream, what, found()]).toEqual([stream, what, expected]);
        });
      }
    }
    expect(verifyJournal(path).findings).toEqual([]);
  });

  it('is named first at the collector, whatever is done to it', async () => {
    const roll = dice(seed);
    const { epoch, lasts } = await history(roll);
    const path = join(cloud.path, 'collector.sqlite');
    const findings = async (): Promise<Awaited<ReturnType<typeof findingsIn>>> => {
      const store = SqliteStore.open(cloud.path);
      try {
        return await findingsIn(store);
      } finally {
        await store.close();
      }
    };
    expect(await findings()).toEqual([]);
    for (const stream of STREAMS) {
      const last = lasts.get(stream) ?? 0;
      const n = 1 + roll(last - 1);
      const where = `journal = (select id from journals where stream = '${stream}')`;
      // The audit stream itself says how far it reaches: see `--against` in docs/proof.md.
      const cut = stream === 'audit' ? [] : [['cut off', cutAtCollector] as const];
      for (const [what, tamper] of [...ON_RECORDS, ...cut]) {
        await spoiled(path, async (database) => {
          const expected = tamper({ database, table: 'records', where, stream, epoch, n, last });
          database.close();
          // Where a signature was removed, its row in table signed_heads is named too, by the number that it is about.
          const own = (await findings()).filter((one) => one.stream === stream && one.problem !== 'derived');
          const numbers = own.map(({ first }) => first);
          expect([stream, what, lowest(numbers)]).toEqual([stream, what, expected]);
        });
      }
    }
    expect(await findings()).toEqual([]);
  });
});

/** With the bookkeeping of the stream, as by somebody who knows the tables. */
function cutOnDevice({ database, table, stream, epoch, n }: Target): number {
  const before = database
    .prepare<[number], Buffer>(`select hash from ${table} where seq = ?`)
    .pluck()
    .get(n - 1);
  const hash = before ?? Buffer.from(chainStart('line-1', epoch, stream), 'hex');
  database.prepare(`delete from ${table} where seq >= ?`).run(n);
  database.prepare('update stream_head set next_seq = ?, head = ?, acked = 0 where stream = ?').run(n, hash, stream);
  return n;
}

function cutAtCollector({ database, where, stream, n }: Target): number {
  database.exec(`delete from records where ${where} and seq >= ${n};
    delete from events where ${where} and seq >= ${n};
    update spans set last = ${n - 1} where ${where}; delete from spans where last < first;
    update journals set stored = ${n - 1} where stream = '${stream}'`);
  return n;
}
