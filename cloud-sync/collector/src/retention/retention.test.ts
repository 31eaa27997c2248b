import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { parseConfig } from '../config/index.ts';
import { FileMedia } from '../media/index.ts';
import { Retention } from './retention.ts';
import { SqliteStore } from '../store/index.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

let dir: TempDir;
let store: SqliteStore;
let media: FileMedia;

beforeEach(async () => {
  dir = await tempDir('collector-retention-');
  store = SqliteStore.open(dir.path);
  media = new FileMedia(dir.join('media'));
});
afterEach(async () => {
  await store.close();
  await dir[Symbol.asyncDispose]();
});

async function sweep(yaml: string): Promise<{ records: number; pictures: number }> {
  const clock = { ...systemClock, wallMs: () => NOW };
  const keep = parseConfig(yaml, 'test').retention;
  return new Retention({ keep, store: store.retention, media, clock, log: silentLogger }).sweep(
    new AbortController().signal,
  );
}

async function keepPicture(daysAgo: number, bytes = 100): Promise<string> {
  const sha256 = randomBytes(32).toString('hex');
  const path = dir.join(sha256);
  writeFileSync(path, randomBytes(bytes));
  await media.put(sha256, { path });
  await store.media.save({ sha256, device: 'line-1', bytes, mime: 'image/jpeg', storedAtMs: NOW - daysAgo * DAY });
  return sha256;
}

async function keepRecords(stream: 'audit' | 'events' | 'telemetry', daysAgo: number): Promise<void> {
  const batch = new JournalTwin('line-1', stream).appendEvents(5).batch();
  await store.batches.commit([checkedBatch(batch)], NOW - daysAgo * DAY);
}

it('deletes nothing that the configuration does not name', async () => {
  for (const stream of ['audit', 'events', 'telemetry'] as const) await keepRecords(stream, 4000);
  await keepPicture(4000);
  expect(await sweep('')).toEqual({ records: 0, pictures: 0 });
  expect(await sweep('retention: {telemetry: 90d}')).toEqual({ records: 5, pictures: 0 });
  expect((await store.records.streams()).map(({ stream, retired }) => [stream, retired])).toEqual([
    ['audit', 0],
    ['events', 0],
    ['telemetry', 5],
  ]);
});

it('keeps records that are younger than the configured age', async () => {
  await keepRecords('events', 401);
  await keepRecords('events', 399);
  expect(await sweep('retention: {events: 400d}')).toEqual({ records: 5, pictures: 0 });
});

it('deletes pictures by age and by size, the oldest first, with their bytes', async () => {
  const old = await keepPicture(100);
  const big = await keepPicture(50, 1_500_000);
  const young = await keepPicture(1, 600_000);
  expect(await sweep('retention: {media: 90d}')).toEqual({ records: 0, pictures: 1 });
  expect(await sweep('retention: {media: "1MB|90d"}')).toEqual({ records: 0, pictures: 1 });
  expect(await sweep('retention: {media: 1MB}')).toEqual({ records: 0, pictures: 0 });
  expect(await Promise.all([old, big, young].map(async (sha256) => media.has(sha256)))).toEqual([false, false, true]);
});
