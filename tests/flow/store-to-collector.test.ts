import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { TUNING, Uplink } from '../../cloud-sync/uplink/src/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { JournalRecorder } from '../../edge/src/events/index.ts';
import { embeddedFacts, EvidenceStore, evidenceFolder } from '../../edge/src/evidence/index.ts';
import { type Journal } from '../../edge/src/journal/index.ts';
import { addDevice, collectorYaml, type RunningCollector, startCollector } from '../support/collector.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: TempDir;
let cloud: TempDir;
let collector: RunningCollector;
let password: string;
const endings: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await tempDir();
  cloud = await tempDir();
  await writeFile(cloud.join('collector.yaml'), collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
  password = await addDevice(cloud.path, 'line-1');
  collector = await startCollector(cloud.join('collector.yaml'), cloud.path);
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  await collector.stop();
  await folder[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

const SPILL = {
  phase: 'opened',
  key: 'k',
  rule: 'r',
  ruleType: 'spill',
  kind: 'sanitation',
  severity: 'info',
  label: 'spill',
  durationMs: 0,
} as const;

const openJournal = (quotaBytes: number): Journal => {
  const journal = openTestJournal(folder.path, { clock: systemClock, quotaBytes });
  endings.push(async () => journal.close());
  return journal;
};
const start = (journal: Journal, media: EvidenceStore, more: { maxBytesPerS?: number } = {}): Uplink => {
  const uplink = new Uplink({
    broker: { url: collector.at.mqtt, username: 'line-1', password },
    outbox: journal,
    media,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { media: { ...TUNING.media, retryMs: 50 } },
    ...more,
  });
  const stop = new AbortController();
  const running = uplink.run(stop.signal);
  endings.push(async () => {
    stop.abort();
    await running;
  });
  return uplink;
};
const evidenceOf = (journal: Journal): EvidenceStore =>
  new EvidenceStore({ journal, folder: evidenceFolder(folder.path), quotaBytes: 1e9, log: silentLogger });
/** Every number of the journal, as the collector explains it. */
const explained = async (): Promise<Record<string, { stored: number; declaredLost: number; missing: number }>> => {
  await collector.stop();
  const store = SqliteStore.open(cloud.path);
  const rows = await store.records.streams();
  await store.close();
  return Object.fromEntries(
    rows.map(({ stream, stored, declaredLost, missing }) => [stream, { stored, declaredLost, missing }]),
  );
};

test('events and their snapshots get from the journal into the store of the collector', async () => {
  const journal = openJournal(1e9);
  const evidence = evidenceOf(journal);
  const recorder = new JournalRecorder({ journal, evidence, clock: systemClock, log: silentLogger });
  for (let n = 0; n < 12; n += 1) {
    const event = `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const picture = { jpeg: Buffer.from(`picture ${n}`), width: 4, height: 3, index: 0 };
    await recorder.record({ event, camera: 'floor', output: SPILL }, n % 2 === 0 ? picture : undefined);
  }
  const uplink = start(journal, evidence);
  await waitFor('everything to be delivered', () => {
    const { queued, mediaQueued } = uplink.snapshot();
    return queued === 0 && mediaQueued === 0;
  });
  expect(uplink.snapshot()).toMatchObject({ link: 'online', acked: 18, mediaSent: 6 });
  expect(await explained()).toMatchObject({
    events: { stored: 12, declaredLost: 0, missing: 0 },
    media: { stored: 6, declaredLost: 0, missing: 0 },
  });
});

test('records that a full journal gave up are declared lost at the collector, number for number', async () => {
  const journal = openJournal(512 * 1024);
  for (let n = 0; n < 150; n += 1) {
    const entry = { stream: 'telemetry', kind: 'counters', body: sampleBody(n) } as const;
    journal.append([...Array.from({ length: 20 }, () => entry), { ...entry, stream: 'events' }]);
  }
  const { declared, next } = journal.stats().telemetry;
  expect(declared).toBeGreaterThan(100);
  const uplink = start(journal, evidenceOf(journal));
  await waitFor('everything to be delivered or declared', () => uplink.snapshot().queued === 0);
  await waitFor('the watermark to pass the hole', () => journal.stats().telemetry.acked === next - 1);
  // Time for a request to come, should the collector still miss anything.
  await sleep(500);
  expect(await explained()).toMatchObject({
    events: { stored: 150, declaredLost: 0, missing: 0 },
    telemetry: { stored: next - 1 - declared, declaredLost: declared, missing: 0 },
  });
});

test('a snapshot of 3840x2160 arrives as it was recorded, with its facts and its small picture', async () => {
  const journal = openJournal(1e9);
  const evidence = evidenceOf(journal);
  const recorder = new JournalRecorder({ journal, evidence, clock: systemClock, log: silentLogger });
  const [width, height] = [3840, 2160];
  // Noise is what JPEG makes most bytes of.
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const jpeg = await sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .jpeg({ quality: 85 })
    .toBuffer();
  expect(jpeg.length).toBeGreaterThan(3e6);
  const small = await sharp(jpeg).resize(240).jpeg().toBuffer();
  const overlays = [{ box: [3600, 2000, 3800, 2100], text: 'spill 0.80', colour: 'bad' }] as const;
  const picture = {
    ...{ jpeg, width, height, index: 0, source: { width, height }, overlays },
    thumbnail: small.toString('base64'),
  };
  await recorder.record({ event: '01900000-0000-7000-8000-000000000001', camera: 'floor', output: SPILL }, picture);
  const [pending] = evidence.pending(1);
  const uplink = start(journal, evidence);
  await waitFor('it to be stored', () => uplink.snapshot().mediaSent === 1, { withinMs: 60_000 });
  const address = `${collector.at.http}/api/v1/media/${pending?.sha256 ?? ''}`;
  const stored = Buffer.from(await (await fetch(address)).arrayBuffer());
  expect(await sharp(stored).metadata()).toMatchObject({ width, height });
  expect(createHash('sha256').update(stored).digest('hex')).toBe(pending?.sha256);
  // Every pixel is as it was taken: only facts were put before them.
  expect(stored.subarray(-jpeg.length + 2).equals(jpeg.subarray(2))).toBe(true);
  expect(embeddedFacts(stored)).toMatchObject({ source: { width, height }, boxes: [{ text: 'spill 0.80' }] });
  const shown = Buffer.from(await (await fetch(`${address}?thumbnail=1`)).arrayBuffer());
  expect(shown.equals(small)).toBe(true);
  expect(await explained()).toMatchObject({ media: { stored: 1, declaredLost: 0, missing: 0 } });
});

test('a large snapshot is uploaded in pieces over a slow connection, and continues where it was after a restart', async () => {
  const journal = openJournal(1e9);
  const evidence = evidenceOf(journal);
  const recorder = new JournalRecorder({ journal, evidence, clock: systemClock, log: silentLogger });
  const picture = { jpeg: randomBytes(600_000), width: 4, height: 3, index: 0 };
  await recorder.record({ event: '01900000-0000-7000-8000-000000000001', camera: 'floor', output: SPILL }, picture);
  const [pending] = evidence.pending(1);
  // The quarter of it that is for pictures takes some seconds for this one.
  start(journal, evidence, { maxBytesPerS: 800_000 });
  const begun = await waitFor('a part of it to arrive', async () => {
    const names = await readdir(cloud.path, { recursive: true });
    const name = names.find((candidate) => candidate.endsWith(`${pending?.sha256 ?? '-'}-line-1`));
    const bytes = name === undefined ? 0 : (await stat(join(cloud.path, name))).size;
    return bytes > 0 && bytes < 600_000 ? bytes : undefined;
  });
  expect(begun).toBeGreaterThan(0);
  await endings.pop()?.();
  const again = start(journal, evidence);
  await waitFor('all of it to be stored', () => again.snapshot().mediaSent === 1);
  expect(evidence.pending(1)).toEqual([]);
  expect(await explained()).toMatchObject({ media: { stored: 1, declaredLost: 0, missing: 0 } });
});

test('a device whose whole disk was rolled back loses nothing that it writes afterwards: it continues under a new epoch', async () => {
  const write = (journal: Journal, from: number, count: number): void => {
    for (let n = from; n < from + count; n += 1) {
      journal.append([{ stream: 'audit', kind: 'audit', body: { action: `noted ${n}`, who: 'test' } }]);
    }
  };
  const journal = openJournal(1e9);
  write(journal, 0, 10);
  // As a snapshot of the disk has it: everything, mark and file facts included, while the service runs.
  const snapshot = new Map<string, Buffer>();
  for (const name of ['journal.db', 'journal.db-wal', 'journal.db.mark']) {
    snapshot.set(name, await readFile(folder.join(name)));
  }
  write(journal, 10, 10);
  const uplink = start(journal, evidenceOf(journal));
  await waitFor('all to be delivered', () => journal.stats().audit.acked === 20);
  expect(uplink.snapshot().link).toBe('online');
  for (const end of endings.splice(0).toReversed()) await end();
  for (const [name, bytes] of snapshot) await writeFile(folder.join(name), bytes);

  const back = openJournal(1e9);
  expect(back.epoch).toBe(journal.epoch);
  write(back, 100, 5);
  const reopen = Promise.withResolvers<undefined>();
  back.onReopen(() => reopen.resolve(undefined));
  start(back, evidenceOf(back));
  await reopen.promise;
  for (const end of endings.splice(0).toReversed()) await end();

  const next = openJournal(1e9);
  expect(next.epoch).not.toBe(journal.epoch);
  expect(next.alarms()).toMatchObject([{ code: 'journal_quarantined' }]);
  const written = next.stats().audit.next - 1;
  start(next, evidenceOf(next));
  await waitFor('the new epoch to be delivered', () => next.stats().audit.acked === written);
  await collector.stop();
  const store = SqliteStore.open(cloud.path);
  const actions = new Set<string>();
  for (const { epoch, stream } of await store.records.streams()) {
    expect([journal.epoch, next.epoch]).toContain(epoch);
    expect(stream).toBe('audit');
  }
  await store.close();
  const database = new Database(cloud.join('collector.sqlite'), { readonly: true });
  const texts = database.prepare<[], string>('SELECT json FROM records').pluck().all();
  for (const text of texts) actions.add((JSON.parse(text) as { b: { action: string } }).b.action);
  database.close();
  for (const n of [0, 9, 10, 19, 100, 101, 102, 103, 104]) expect(actions).toContain(`noted ${n}`);
});
