import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedBatch } from '../../../../../tests/support/checked-batch.ts';
import { dice } from '../../../../../tests/support/dice.ts';
import { eventBody, JournalTwin } from '../../../../../tests/support/journal-twin.ts';
import { TestPostgres } from '../../../../../tests/support/postgres.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import { StoreUnavailable } from '../../ingest/index.ts';
import { verifyChains } from '../../records/index.ts';
import { PostgresStore } from './postgres-store.ts';

let server: TestPostgres;
let database: string;
let store: PostgresStore;

beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(async () => server[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await server.database();
  store = await open();
});
afterEach(async () => store.close());

async function open(): Promise<PostgresStore> {
  return PostgresStore.open({ ...server.address(database), tls: false, connections: 4 });
}

async function verify(): Promise<unknown[]> {
  const findings: unknown[] = [];
  for await (const finding of verifyChains(store.chains)) findings.push(finding);
  return findings;
}

describe('a database of the collector', () => {
  it('is refused when a newer collector wrote it', async () => {
    await server.run(database, 'insert into schema_versions values (99, now())');
    await expect(open()).rejects.toMatchObject({ code: 'store_too_new' });
  });

  it('is made once when several collectors start at the same time', async () => {
    const empty = await server.database();
    const address = { ...server.address(empty), tls: false, connections: 2 } as const;
    const stores = await Promise.all([1, 2, 3].map(async () => PostgresStore.open(address)));
    expect(new Set(await Promise.all(stores.map(async (one) => one.cluster.id()))).size).toBe(1);
    await Promise.all(stores.map(async (one) => one.close()));
  });

  it('distinguishes a wrong password from a server that does not answer', async () => {
    const address = { ...server.address(database), tls: false, connections: 2 } as const;
    await expect(PostgresStore.open({ ...address, password: () => 'wrong' })).rejects.toMatchObject({
      code: 'store_refused',
    });
    await expect(PostgresStore.open({ ...address, database: 'nowhere' })).rejects.toMatchObject({
      code: 'store_refused',
    });
    await expect(PostgresStore.open({ ...address, port: 1 })).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect(PostgresStore.open({ ...address, tls: { ca: undefined } })).rejects.toMatchObject({
      code: 'store_unreachable',
    });
  });

  it('is reached through a Unix socket', async () => {
    const address = { ...server.address(database), host: server.socket, tls: false, connections: 2 } as const;
    const other = await PostgresStore.open(address);
    await other.batches.ping();
    await other.close();
  });

  it('waits for the disk at every commit, whatever the default of its role is', async () => {
    await server.run(database, `alter role ${server.user} set synchronous_commit = off`);
    const lazy = await open();
    await server.run(
      database,
      `create table levels (level text); create function note() returns trigger language plpgsql as
       $$ begin insert into levels values (current_setting('synchronous_commit')); return null; end $$;
       create trigger note after insert on records for each statement execute function note()`,
    );
    await lazy.batches.commit([checkedBatch(new JournalTwin('line-1').appendEvents(1).batch())], 0);
    expect(await server.run(database, 'select level from levels')).toEqual([{ level: 'on' }]);
    await lazy.close();
    await server.run(database, `alter role ${server.user} reset synchronous_commit`);
  });

  it('stores records with texts and numbers that its columns cannot hold', async () => {
    const journal = new JournalTwin('line-1');
    journal.append('eve\0nt', eventBody({ label: 'a\0b', durationMs: 1e300, details: { 'k\0': '\0' } }));
    journal.append('event', eventBody({ camera: 'floor\0' }), -8_640_000_000_000_001);
    const telemetry = new JournalTwin('line-1', 'telemetry', journal.epoch);
    const counters = { offered: 3, inspected: 2, skipped: { 'stale\0': 1 }, failed: {} };
    telemetry.append('telemetry', { camera: 'a\0', model: 'ppe', counters, state: 'ok\0' });
    telemetry.append('telemetry', { camera: 'b', model: 'ppe', counters, state: 'ok' }, Number.MAX_SAFE_INTEGER);
    const outcomes = await store.batches.commit([checkedBatch(journal.batch()), checkedBatch(telemetry.batch())], 0);
    expect(outcomes).toMatchObject([{ inserted: 2 }, { inserted: 2 }]);
    expect((await store.records.events({ limit: 5 })).items).toHaveLength(2);
    expect(await store.records.telemetry()).toHaveLength(2);
    expect(await verify()).toEqual([]);
    expect(await server.run(database, 'select camera, offered, skipped from inspection_history')).toEqual([
      { camera: 'a\ufffd', offered: '3', skipped: '1' },
    ]);
  });
});

describe('collectors that share a database', () => {
  it('agree on every number, whichever collector commits it, with no row twice', async () => {
    const roll = dice(7);
    const journals = ['line-1', 'line-2'].map((device) => new JournalTwin(device).appendEvents(120));
    const others = [store, await open(), await open()];
    await Promise.all(
      others.map(async (one) => {
        for (let round = 0; round < 12; round += 1) {
          const group = Array.from({ length: 4 }, () => {
            const journal = journals[roll(journals.length)] ?? new JournalTwin('nobody');
            const from = 1 + roll(120);
            return checkedBatch(journal.batch(from, Math.min(120, from + roll(40))));
          });
          await one.batches.commit(group, 0);
        }
        await one.batches.commit(
          journals.map((journal) => checkedBatch(journal.batch())),
          0,
        );
      }),
    );
    expect(await store.records.streams()).toMatchObject(
      journals.map(({ device, head }) => ({ device, stored: 120, upto: 120, missing: 0, declaredLost: 0, head })),
    );
    expect(await store.records.totals()).toMatchObject({ conflicts: 0, chainBreaks: 0, events: { sanitation: 240 } });
    expect(await verify()).toEqual([]);
    await Promise.all(others.slice(1).map(async (one) => one.close()));
  });

  it('know of each other while they run', async () => {
    expect(await store.cluster.reportAlive('a', 10_000)).toBe(0);
    expect(await store.cluster.reportAlive('b', 10_000)).toBe(1);
    await store.cluster.leave('b');
    expect(await store.cluster.reportAlive('a', 10_000)).toBe(0);
  });
});

describe('a server that is killed', () => {
  it('makes a commit fail with StoreUnavailable, and takes the same batch when it is back', async () => {
    const journal = new JournalTwin('line-1').appendEvents(4);
    await store.batches.commit([checkedBatch(journal.batch(1, 2))], 0);
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    // Processes of the server that still run may commit for a moment.
    const failure = await waitFor('a commit to fail', async () =>
      store.batches.commit([checkedBatch(journal.batch(3, 4))], 0).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(failure).toBeInstanceOf(StoreUnavailable);
    await waitFor('the server to start again', async () => server.restart().then(() => true), { withinMs: 30_000 });
    const [outcome] = await store.batches.commit([checkedBatch(journal.batch(3, 4))], 0);
    expect(outcome?.watermark).toEqual({ upto: 4, sack: [] });
    expect(await verify()).toEqual([]);
  });

  it('does not report a fault of one batch as StoreUnavailable', async () => {
    const { key, ...rest } = checkedBatch(new JournalTwin('line-1').appendEvents(1).batch());
    const broken = { ...rest, key: { ...key, stream: undefined as never } };
    const failure = await store.batches.commit([broken], 0).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(StoreUnavailable);
  });
});
