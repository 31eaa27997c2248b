import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore, SqliteStore, type CollectorStore } from '../../cloud-sync/collector/src/index.ts';
import { Uplink } from '../../cloud-sync/uplink/src/index.ts';
import { type DataFolder, openDataFolder } from '../../edge/src/app/open-data-folder.ts';
import { LastGood } from '../../edge/src/config/index.ts';
import { closeStaleEvents } from '../../edge/src/events/index.ts';
import { JournalReader, journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { addDevice, collectorYaml, startCollector } from '../support/collector.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { HandClock } from '../support/test-journal.ts';
import { findingsIn } from '../support/verify-all.ts';
import { waitFor } from '../support/wait-for.ts';

/** Written by version 0.1 (commit f8a9c19); the README beside each file says how. */
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const OLD_EPOCH = 'de5d9dbe6d420f93';
const id = (n: number): string => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir();
  execFileSync('tar', ['-xzf', join(FIXTURES, 'data-0.1/data.tar.gz'), '-C', folder.path]);
});
afterEach(() => folder[Symbol.asyncDispose]());

/** The mark beside the journal names its file: a plain copy counts as restored. This makes the copy the original. */
function adoptMark(data: string): void {
  const path = `${journalPath(data)}.mark`;
  const mark = JSON.parse(readFileSync(path, 'utf8')) as object;
  const { ino } = statSync(journalPath(data));
  writeFileSync(path, JSON.stringify({ ...mark, inode: ino, bornMs: 0 }));
}

function open(clock = new HandClock()): DataFolder {
  clock.advance(3_600_000);
  return openDataFolder({
    data: folder.path,
    device: 'line-1',
    boot: 'a-later-boot',
    clock,
    log: silentLogger,
    journalQuotaBytes: 64 * 1024 * 1024,
    evidenceQuotaBytes: 64 * 1024 * 1024,
    keepDeliveredMs: 30 * 86_400_000,
    synced: () => true,
  });
}

const EVENTS = [
  [id(5), 'quality_issue', 'open', undefined],
  [id(4), 'personnel_violation', 'open', undefined],
  [id(3), 'sanitation', 'closed', 'cleared'],
  [id(2), 'quality_issue', 'closed', 'object_lost'],
  [id(1), 'personnel_violation', 'closed', 'cleared'],
] as const;

describe('a data folder that version 0.1 wrote', () => {
  it('is verified as it lies, before anything is written to it', () => {
    const verdict = verifyJournal(journalPath(folder.path));
    expect(verdict).toMatchObject({ device: 'line-1', epoch: OLD_EPOCH, findings: [], signatures: { held: 2 } });
    expect(verdict.streams.map(({ stream, next, declared }) => [stream, next, declared])).toEqual([
      ['audit', 5, 0],
      ['events', 10, 0],
      ['telemetry', 124, 64],
      ['media', 3, 0],
    ]);
  });

  it('goes on under the same epoch, with its events, evidence, key and configuration', async () => {
    adoptMark(folder.path);
    const { signatures } = verifyJournal(journalPath(folder.path));
    const { journal, events, evidence, eventTable, recorder, maintenance, publicKey } = open();
    expect(journal.epoch).toBe(OLD_EPOCH);
    expect(journal.alarms()).toEqual([]);
    expect(publicKey).toBe(signatures.keys[0]);
    expect(eventTable.progress).toEqual({ complete: true, filledTo: 9, total: 9 });
    expect(events.list(9).map(({ event, kind, state, reason }) => [event, kind, state, reason])).toEqual(EVENTS);
    expect(events.show(id(1))?.event).toMatchObject({
      durationMs: 9_000,
      score: 0.9,
      severity: 'warning',
      zone: 'east',
      transitions: 3,
      details: { track: 1 },
    });
    const pictures = events.list(9).flatMap(({ snapshots }) => snapshots);
    expect(pictures).toHaveLength(2);
    for (const sha256 of pictures) expect((await evidence.open(sha256)).subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(closeStaleEvents(journal, events, 9, silentLogger)).toBe(2);
    const output = { phase: 'opened', key: 'k', rule: 'spill', ruleType: 'spill', label: 'spill' } as const;
    await recorder.record(
      { event: id(6), camera: 'packing', output: { ...output, kind: 'sanitation', severity: 'info', durationMs: 5 } },
      undefined,
    );
    expect(events.list(9).map(({ event, state }) => [event, state])).toEqual([
      [id(6), 'open'],
      [id(4), 'closed'],
      [id(5), 'closed'],
      [id(3), 'closed'],
      [id(2), 'closed'],
      [id(1), 'closed'],
    ]);
    maintenance.every10s();
    journal.close();
    expect(verifyJournal(journalPath(folder.path))).toMatchObject({ findings: [], signatures: { held: 3 } });
    const kept = await new LastGood(folder.path).load(folder.path, { env: {}, catalog: [] });
    expect(kept?.config).toMatchObject({ device: 'line-1', rules: [{ id: 'headwear', minDuration: { ms: 3_000 } }] });
  });

  it('counts as restored where it is a plain copy: what was not delivered goes on under a new epoch', () => {
    const { journal, events } = open();
    expect(journal.epoch).not.toBe(OLD_EPOCH);
    const was = [...new JournalReader(journal.database).records('events')].map(({ json }) => {
      const record = JSON.parse(json) as { readonly was?: { readonly epoch: string; readonly s: number } };
      return record.was;
    });
    expect(was).toEqual([7, 8, 9].map((s) => ({ epoch: OLD_EPOCH, s })));
    expect(events.list(9).map(({ event, state }) => [event, state])).toEqual([
      [id(5), 'open'],
      [id(4), 'open'],
      [id(3), 'closed'],
    ]);
    journal.close();
    // Among the transferred records is a signature of the earlier journal's heads: it is not accused of being forged.
    expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
  });

  it('is forwarded to a collector whose database version 0.1 wrote, and nothing is missing or doubled there', async () => {
    adoptMark(folder.path);
    await using cloud = await tempDir();
    writeFileSync(
      cloud.join('collector.sqlite'),
      gunzipSync(readFileSync(join(FIXTURES, 'collector-0.1/collector.sqlite.gz'))),
    );
    writeFileSync(cloud.join('collector.yaml'), collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
    const password = await addDevice(cloud.path, 'line-1');
    const collector = await startCollector(cloud.join('collector.yaml'), cloud.path);
    const { journal, evidence } = open();
    const uplink = new Uplink({
      broker: { url: collector.at.mqtt, username: 'line-1', password },
      outbox: journal,
      media: evidence,
      clock: systemClock,
      log: silentLogger,
      random: Math.random,
    });
    const stop = new AbortController();
    const running = uplink.run(stop.signal);
    await waitFor('everything to be delivered', () => {
      const queued = Object.values(journal.stats()).reduce((sum, stream) => sum + stream.queued, 0);
      return queued + evidence.stats().pending === 0 || undefined;
    });
    stop.abort();
    await running;
    const ends = journal.ends();
    journal.close();
    await collector.stop();
    const store = SqliteStore.open(cloud.path);
    const streams = await store.records.streams();
    expect(streams.map(({ stream, upto, missing, head }) => [stream, upto, missing, head]).toSorted()).toEqual(
      Object.entries(ends)
        .map(([stream, { seq, head }]) => [stream, seq, 0, head])
        .toSorted(),
    );
    const { items } = await store.records.events({ limit: 20 });
    expect(items.map(({ event, closedAtMs }) => [event, closedAtMs !== null]).toSorted()).toEqual(
      EVENTS.map(([event, , state]) => [event, state === 'closed']).toSorted(),
    );
    expect(await findingsIn(store)).toEqual([]);
    await store.close();
  });
});

describe('a collector database that version 0.1 wrote', () => {
  it('answers the same from SQLite and from PostgreSQL, and its chains verify', async () => {
    writeFileSync(
      folder.join('collector.sqlite'),
      gunzipSync(readFileSync(join(FIXTURES, 'collector-0.1/collector.sqlite.gz'))),
    );
    const dump = folder.join('dump.sql');
    writeFileSync(dump, gunzipSync(readFileSync(join(FIXTURES, 'collector-0.1/collector.sql.gz'))));
    await using postgres = await TestPostgres.start();
    const database = await postgres.database();
    await postgres.tool('psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f', dump, database);
    rmSync(dump);
    const stores: readonly CollectorStore[] = [
      SqliteStore.open(folder.path),
      await PostgresStore.open({ ...postgres.address(database), tls: false, connections: 2 }),
    ];
    try {
      for (const { records } of stores) {
        const streams = await records.streams();
        expect(
          streams.map(({ stream, upto, missing, declaredLost }) => [stream, upto, missing, declaredLost]).toSorted(),
        ).toEqual([
          ['audit', 2, 0, 0],
          ['events', 6, 0, 0],
          ['media', 2, 0, 0],
          ['telemetry', 122, 0, 64],
        ]);
        const { items } = await records.events({ limit: 20 });
        expect(items.map(({ event, kind, reason }) => [event, kind, reason]).toSorted()).toEqual([
          [id(1), 'personnel_violation', 'cleared'],
          [id(2), 'quality_issue', 'object_lost'],
          [id(3), 'sanitation', null],
        ]);
        expect(items.find(({ event }) => event === id(1))).toMatchObject({ durationMs: 9_000, zone: 'east' });
      }
      for (const store of stores) expect(await findingsIn(store)).toEqual([]);
    } finally {
      for (const store of stores) await store.close();
    }
  });
});
