import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { canonicalJson, chainNext, chainStart, type Stream } from '@lineside/protocol';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CollectorStore,
  verifyAll,
  verifyStore,
  type VerifyOptions,
} from '../../cloud-sync/collector/src/index.ts';
import { FileMedia } from '../../cloud-sync/collector/src/media/index.ts';
import { compareWithExport, verifyPictures } from '../../cloud-sync/collector/src/verification/index.ts';
import {
  deviceKey,
  exportHeads,
  HeadSigner,
  type Journal,
  journalPath,
  verifyJournal,
} from '../../edge/src/journal/index.ts';
import { deliver } from '../support/deliver.ts';
import { eventBody } from '../support/journal-twin.ts';
import { STORE_KINDS, type StorePlace } from '../support/store-kinds.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { HandClock, openTestJournal } from '../support/test-journal.ts';

const PICTURE = Buffer.from('the bytes of a picture');
const SHA256 = createHash('sha256').update(PICTURE).digest('hex');
const DAY = 86_400_000;

describe.each(STORE_KINDS)('the proof of a collector with $name', (kind) => {
  let place: StorePlace;
  let store: CollectorStore;
  let folder: TempDir;
  let journal: Journal;
  let clock: HandClock;

  beforeAll(kind.prepare);
  afterAll(kind.end);
  beforeEach(async () => {
    place = await kind.place();
    store = await place.open();
    folder = await tempDir();
    clock = new HandClock();
    journal = openTestJournal(folder.path, { clock });
  });
  afterEach(async () => {
    journal.close();
    await store.close();
    await place.remove();
    await folder[Symbol.asyncDispose]();
  });

  /** Twelve events of which half are closed, a picture, and a signature over all of it; delivered. */
  async function history(): Promise<void> {
    for (let n = 0; n < 12; n += 1) {
      const opened = eventBody({ durationMs: 5000 + n });
      journal.append([{ stream: 'events', kind: 'event', body: opened }]);
      const closed = { ...opened, phase: 'closed' as const, reason: 'cleared', durationMs: 9000 + n };
      if (n % 2 === 0) journal.append([{ stream: 'events', kind: 'event', body: closed }]);
      if (n > 0) continue;
      const media = { sha256: SHA256, bytes: PICTURE.length, mime: 'image/jpeg', width: 4, height: 3 };
      journal.append([{ stream: 'media', kind: 'media', body: { ...media, event: opened.event } }]);
    }
    sign();
    await deliver(journal, store);
  }
  const sign = (): void => new HeadSigner({ journal, key: deviceKey(folder.path), clock }).sign();

  async function findings(
    keepMs: VerifyOptions['keepMs'] = {},
  ): Promise<readonly { problem: string; stream: Stream; first: number }[]> {
    const options = { chains: store.chains, derived: store.derived, keepMs, settle: async () => undefined };
    const found = [...(await verifyAll(store.chains)).findings, ...(await verifyStore(options))];
    return found.map(({ problem, stream, first }) => ({ problem, stream, first }));
  }

  it('has nothing to say about a history that nobody touched', async () => {
    await history();
    expect(await findings()).toEqual([]);
  });

  const EVENTS = `(select id from journals where stream = 'events')`;
  const HEAD_OF_9 = `(select hash from records where journal = ${EVENTS} and seq = 9)`;
  const TAMPERED: readonly (readonly [what: string, sql: string, expected: object])[] = [
    [
      'an event edited in its table',
      "update events set severity = 'info' where seq = 2",
      { problem: 'derived', first: 2 },
    ],
    [
      'an event opened at another time',
      'update events set opened_ms = opened_ms - 60000 where seq = 2',
      { problem: 'derived', first: 2 },
    ],
    ['an event deleted from its table', 'delete from events where seq = 2', { problem: 'derived', first: 2 }],
    [
      'an event invented in its table',
      `insert into events (${columns()}) select ${columns("'invented'")} from events where seq = 2`,
      { problem: 'derived', first: 2 },
    ],
    ['signed heads deleted', 'delete from signed_heads', { problem: 'derived', stream: 'events', first: 18 }],
    [
      'signed heads fitted to another history',
      "update signed_heads set head = '0' where stream = 'events'",
      { problem: 'derived', stream: 'events', first: 18 },
    ],
    [
      'a signed head invented',
      `insert into signed_heads select device, epoch, stream, 3, 99, head, key, holds, at_ms from signed_heads where stream = 'events'`,
      { problem: 'derived', first: 3 },
    ],
    [
      'declared numbers invented',
      `delete from records where journal = ${EVENTS} and seq = 5;
      update journals set stored = stored - 1 where stream = 'events';
      insert into declared values (${EVENTS}, 5, 5, 'quota', '0', 9)`,
      { problem: 'derived', first: 5 },
    ],
    [
      'losses by recovery invented',
      `delete from records where journal = ${EVENTS} and seq = 5;
      update journals set stored = stored - 1 where stream = 'events';
      insert into recovery_losses values (${EVENTS}, 5, 5, 'journal_damaged', (select id from journals where stream = 'audit'), 1)`,
      { problem: 'derived', first: 5 },
    ],
    [
      'a transfer invented',
      `delete from records where journal = ${EVENTS} and seq = 5;
      update journals set stored = stored - 1 where stream = 'events';
      insert into transferred values (${EVENTS}, 5, 5)`,
      { problem: 'derived', first: 5 },
    ],
    [
      'records deleted as if by retention',
      `insert into retired (journal, last, head, count, at_ms) values (${EVENTS}, 9, ${HEAD_OF_9}, 9, 1000);
      delete from records where journal = ${EVENTS} and seq <= 9`,
      { problem: 'retired', first: 1 },
    ],
    [
      'the end of a stream cut off with its bookkeeping',
      `delete from records where journal = ${EVENTS} and seq > 9;
      update spans set last = 9 where journal = ${EVENTS}; update journals set stored = 9 where stream = 'events'`,
      { problem: 'truncated', first: 10 },
    ],
    [
      'a stream deleted',
      `delete from spans where journal = ${EVENTS}; delete from records where journal = ${EVENTS};
      delete from journals where stream = 'events'; delete from events`,
      { problem: 'truncated', stream: 'events', first: 1 },
    ],
    [
      'a picture announced for an event that had none',
      `insert into expected_media values ('line-1', (select min(event) from events where seq <> 2), '${SHA256}')`,
      { problem: 'derived', stream: 'media' },
    ],
    ['the announcement of a picture deleted', 'delete from expected_media', { problem: 'derived', stream: 'media' }],
  ];

  it.each(TAMPERED)('detects %s', async (_what, sql, expected) => {
    await history();
    await store.close();
    await place.tamper(sql);
    store = await place.open();
    expect(await findings()).toContainEqual(expect.objectContaining(expected));
  });

  it('detects a picture that was changed or deleted, and no other', async () => {
    const media = new FileMedia(folder.join('media'));
    const path = folder.join('picture');
    writeFileSync(path, PICTURE);
    await media.put(SHA256, { path });
    const common = { device: 'line-1', bytes: PICTURE.length, mime: 'image/jpeg', storedAtMs: 1 };
    await store.media.save({ sha256: SHA256, ...common });
    expect(await verifyPictures(store.derived, media)).toEqual({ checked: 1, findings: [] });
    const other = { open: async () => (await import('node:stream')).Readable.from([Buffer.from('other bytes')]) };
    expect((await verifyPictures(store.derived, other)).findings).toMatchObject([{ problem: 'picture' }]);
    await media.remove(SHA256);
    expect((await verifyPictures(store.derived, media)).findings).toMatchObject([{ problem: 'picture' }]);
  });

  it('does not detect a picture whose row was deleted, too: it is one that was never uploaded', async () => {
    await history();
    const media = new FileMedia(folder.join('media'));
    const path = folder.join('picture');
    writeFileSync(path, PICTURE);
    await media.put(SHA256, { path });
    await store.media.save({
      sha256: SHA256,
      device: 'line-1',
      bytes: PICTURE.length,
      mime: 'image/jpeg',
      storedAtMs: 1,
    });
    await media.remove(SHA256);
    await store.close();
    await place.tamper('delete from media');
    store = await place.open();
    expect([await findings(), await verifyPictures(store.derived, media)]).toEqual([[], { checked: 0, findings: [] }]);
  });

  it('keeps what was cut off on the device after delivery, which the device alone cannot show', async () => {
    await history();
    const exported = exportHeads(journalPath(folder.path));
    journal.close();
    const database = new Database(journalPath(folder.path));
    const start = chainStart('line-1', journal.epoch, 'audit');
    database.exec(`delete from record_audit;
      update stream_head set next_seq = 1, head = x'${start}', acked = 0 where stream = 'audit';
      update stream_head set base_seq = 9, base_hash = (select hash from record_events where seq = 9),
        acked = max(acked, 9) where stream = 'events';
      delete from record_events where seq <= 9`);
    database.close();
    rmSync(`${journalPath(folder.path)}.mark`);
    expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
    expect(await findings()).toEqual([]);
    expect(await compareWithExport(store.chains, exported)).toEqual([]);
  });

  it('detects by the exported heads that the audit stream was cut off with its signed heads', async () => {
    await history();
    sign();
    journal.append([{ stream: 'audit', kind: 'audit', body: { action: 'noted', who: 'test' } }]);
    sign();
    await deliver(journal, store);
    const exported = exportHeads(journalPath(folder.path));
    await store.close();
    const audit = "(select id from journals where stream = 'audit')";
    await place.tamper(`delete from signed_heads where audit_seq >= 2; delete from records where journal = ${audit} and seq >= 2;
      update spans set last = 1 where journal = ${audit}; update journals set stored = 1 where stream = 'audit'`);
    store = await place.open();
    expect(await findings()).toEqual([]);
    expect(await compareWithExport(store.chains, exported)).toMatchObject([
      { stream: 'audit', problem: 'truncated', first: 2, last: 3 },
    ]);
  });

  it('does not accuse retention that the configuration names, and accuses deletion before its age', async () => {
    await history();
    const nowMs = 1000 + 40 * DAY;
    await store.retention.retireRecords('events', nowMs - 30 * DAY, 10, nowMs);
    expect(await findings({ events: 30 * DAY })).toEqual([]);
    expect(await findings({ events: 50 * DAY })).toMatchObject([{ problem: 'retired', stream: 'events', first: 1 }]);
  });

  it('detects by the heads that a device exported that everything of it was replaced or deleted', async () => {
    await history();
    const exported = exportHeads(journalPath(folder.path));
    expect(exported.heads).toHaveLength(1);
    expect(await compareWithExport(store.chains, exported)).toEqual([]);
    await store.close();
    await place.tamper(`delete from spans; delete from records; delete from signed_heads; delete from events;
      delete from expected_media; delete from journals; delete from devices`);
    store = await place.open();
    expect(await findings()).toEqual([]);
    expect(await compareWithExport(store.chains, exported)).toMatchObject([
      { stream: 'events', problem: 'truncated', first: 1, last: 18 },
      { stream: 'media', problem: 'truncated', first: 1, last: 1 },
    ]);
  });

  it('detects by the exported heads that a history was rewritten', async () => {
    await history();
    const exported = exportHeads(journalPath(folder.path));
    const [journalRow] = (await store.chains.journals()).filter(({ stream }) => stream === 'events');
    const rows = await store.chains.rows(journalRow?.id ?? 0, 16, 9);
    const [before, last] = rows;
    const text = canonicalJson({ ...(JSON.parse(last?.json ?? '{}') as object), boot: 'another' });
    await store.close();
    await place.tamper(`update records set json = '${text}', hash = '${chainNext(before?.hash ?? '', text)}'
      where journal = ${journalRow?.id ?? 0} and seq = 18`);
    store = await place.open();
    expect(await compareWithExport(store.chains, exported)).toMatchObject([
      { stream: 'events', problem: 'unlike_export', first: 18 },
    ]);
  });
});

/** Columns of table `events` but the id, `event` replaced where another text is given. */
function columns(event = 'event'): string {
  const others = `device, kind, severity, camera, zone, rule, label, opened_ms, opened_known, updated_ms, closed_ms, reason,
    lasted_ms, score, clock, snapshot, extra, journal, seq, snapshot_journal, snapshot_seq`;
  return `${event}, ${others}`;
}
