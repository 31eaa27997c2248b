import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { collectorCommand } from '../../../../tests/support/collector.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { TestPostgres } from '../../../../tests/support/postgres.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { verifyChains } from '../records/index.ts';
import { PostgresStore, SqliteStore, type CollectorStore } from '../store/index.ts';

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('collector-backup-');
});
afterEach(async () => dir[Symbol.asyncDispose]());

/** Commits 100 records in steps of 5, so that a copy is made in the middle of it. */
async function fill(store: CollectorStore, journal: JournalTwin, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 5) {
    await store.batches.commit([checkedBatch(journal.batch(at, at + 4))], 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What is wrong with the chains of a restored store, and how far it reaches. */
async function examine(store: CollectorStore): Promise<{ findings: unknown[]; upto: number; head: string | null }> {
  const findings: unknown[] = [];
  for await (const finding of verifyChains(store.chains)) findings.push(finding);
  const [stream] = await store.records.streams();
  return { findings, upto: stream?.upto ?? 0, head: stream?.head ?? null };
}

describe('a backup that is made while records arrive', () => {
  it('of SQLite is complete when it is restored, and continues', async () => {
    const data = dir.join('data');
    const store = SqliteStore.open(data);
    const journal = new JournalTwin('line-1').appendEvents(3000);
    await fill(store, journal, 1, 50);
    const copy = dir.join('monday.sqlite');
    const stop = new AbortController();
    const writing = (async () => {
      for (let at = 51; !stop.signal.aborted && at < 2900; at += 5) await fill(store, journal, at, at + 5);
    })();
    const made = await collectorCommand('backup', copy, '--json', '--data', data);
    stop.abort();
    await writing;
    await store.close();
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const again = await collectorCommand('backup', copy, '--data', data);
    expect(again.code).toBe(2);
    mkdirSync(dir.join('restored'));
    copyFileSync(copy, dir.join('restored', 'collector.sqlite'));
    const restored = SqliteStore.open(dir.join('restored'));
    const { findings, upto, head } = await examine(restored);
    expect(findings).toEqual([]);
    expect(upto).toBeGreaterThanOrEqual(50);
    expect(head).toBe(journal.heads[upto]);
    const [outcome] = await restored.batches.commit([checkedBatch(journal.batch(upto + 1, upto + 5))], 0);
    expect(outcome).toMatchObject({ inserted: 5, breaks: 0, watermark: { upto: upto + 5 } });
    await restored.close();
  });

  it('of PostgreSQL by pg_dump is complete when pg_restore has read it, and continues', async () => {
    await using server = await TestPostgres.start();
    const database = await server.database();
    const open = async (name: string): Promise<PostgresStore> =>
      PostgresStore.open({ ...server.address(name), tls: false, connections: 2 });
    const store = await open(database);
    const journal = new JournalTwin('line-1').appendEvents(3000);
    await fill(store, journal, 1, 50);
    const stop = new AbortController();
    const writing = (async () => {
      for (let at = 51; !stop.signal.aborted && at < 2900; at += 5) await fill(store, journal, at, at + 5);
    })();
    const copy = dir.join('monday.dump');
    await server.tool('pg_dump', '--format=custom', `--file=${copy}`, database);
    stop.abort();
    await writing;
    await store.close();
    const empty = await server.database();
    await server.tool('pg_restore', '--exit-on-error', '--no-owner', `--dbname=${empty}`, copy);
    const restored = await open(empty);
    const { findings, upto, head } = await examine(restored);
    expect(findings).toEqual([]);
    expect(upto).toBeGreaterThanOrEqual(50);
    expect(head).toBe(journal.heads[upto]);
    const [outcome] = await restored.batches.commit([checkedBatch(journal.batch(upto + 1, upto + 5))], 0);
    expect(outcome).toMatchObject({ inserted: 5, breaks: 0, watermark: { upto: upto + 5 } });
    await restored.close();
  });

  it('is made by the tools of the database where that is not a file', async () => {
    writeFileSync(dir.join('c.yaml'), 'store: "postgres://lineside@127.0.0.1:1/lineside"');
    const refused = await collectorCommand('backup', dir.join('x'), '--config', dir.join('c.yaml'), '--data', dir.path);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('pg_dump');
  });
});
