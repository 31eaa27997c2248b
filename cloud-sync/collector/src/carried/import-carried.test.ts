import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Batch,
  CARRIED_FOLDER,
  CARRIED_JOURNAL,
  CARRIED_MEDIA,
  CARRIED_REPORT,
  type CarriedReport,
  type DeviceState,
} from '@lineside/protocol';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { addDevice, collectorHere } from '../../../../tests/support/collector.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { StoreUnavailable } from '../ingest/index.ts';
import { SqliteStore } from '../store/index.ts';
import { importCarried } from './import-carried.ts';

const EPOCH = 'a'.repeat(16);
const KEY = 'k'.repeat(43);
const TARGET = 'models/acme/ppe-2.1.0.json';

let dir: TempDir;
let data: string;
const journal = new JournalTwin('line-1', 'events', EPOCH).appendEvents(40);

const state = (device: string, t: number, key = KEY): DeviceState => ({
  ...{ v: 1, online: false, session: 'carried', epoch: EPOCH, boot: 'boot-1', line: device, version: '0.2.0', key, t },
});

/** Writes what a device would write to a stick. */
async function carry(
  device: string,
  batches: readonly Batch[],
  changes: { readonly key?: string; readonly cut?: boolean; readonly t?: number } = {},
): Promise<void> {
  const folder = dir.join('stick', CARRIED_FOLDER, device);
  await mkdir(folder, { recursive: true });
  const text = batches.map((batch) => `${JSON.stringify(batch)}\n`).join('');
  await writeFile(dir.join('stick', CARRIED_FOLDER, device, CARRIED_JOURNAL), changes.cut ? text.slice(0, -9) : text);
  const t = changes.t ?? 5000;
  const report: CarriedReport = {
    ...{ v: 1, device, t, state: state(device, t, changes.key), batches: batches.length, left: 3 },
    records: batches.reduce((sum, { ev }) => sum + ev.length, 0),
    journal: { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) },
    updates: { updates: [{ target: TARGET, state: 'committed', since: t }], models: {} },
  };
  await writeFile(dir.join('stick', CARRIED_FOLDER, device, CARRIED_REPORT), JSON.stringify(report));
}

interface Imported {
  readonly pictures: Readonly<Record<'stored' | 'known' | 'damaged' | 'left', number>>;
  readonly device: string;
  readonly refused?: string;
  readonly records: number;
  readonly known: number;
  readonly breaks: number;
  readonly conflicts: number;
  readonly notTaken: Readonly<Record<string, number>>;
}

async function imports(code: number): Promise<readonly Imported[]> {
  const done = await collectorHere('import-usb', dir.join('stick'), '--data', data, '--json');
  expect([done.code, done.stdout]).toEqual([code, expect.stringContaining('devices')]);
  return (JSON.parse(done.stdout) as { devices: Imported[] }).devices;
}

beforeAll(async () => {
  dir = await tempDir('carried-');
  data = dir.join('data');
  await addDevice(data, 'line-1');
  await addDevice(data, 'line-2');
  const store = SqliteStore.open(data);
  // What came by wire before the link was lost.
  await store.batches.commit([checkedBatch(journal.batch(1, 10))], 1);
  await store.devices.saveBirth('line-1', state('line-1', 1000), 1000);
  await store.close();
});
afterAll(() => dir[Symbol.asyncDispose]());

it('what a stick brings back is committed as if it had come by wire, and twice is once', async () => {
  await carry('line-1', [journal.batch(6, 20), journal.batch(21, 40)]);
  expect(await imports(0)).toMatchObject([{ device: 'line-1', records: 30, known: 5, breaks: 0, conflicts: 0 }]);
  expect(await imports(0)).toMatchObject([{ records: 0, known: 35, breaks: 0, conflicts: 0 }]);
  const store = SqliteStore.open(data);
  const [row] = await store.records.streams();
  expect(row).toMatchObject({ stored: 40, missing: 0, upto: 40, head: journal.heads[40] });
  const [device] = await store.records.devices();
  expect(device?.birth).toMatchObject({ version: '0.2.0', t: 5000 });
  expect(device?.reported?.updates?.updates).toMatchObject([{ target: TARGET, state: 'committed' }]);
  await store.close();
  const verified = await collectorHere('verify', '--data', data, '--json');
  expect(verified.code).toBe(0);
});

it('says why the store did not take all, and takes it the next time', async () => {
  await carry('line-1', [journal.batch(38, 40)]);
  const store = SqliteStore.open(data);
  const parts = {
    known: async () => ({ birth: undefined, reported: null }),
    devices: store.devices,
    media: { known: async () => undefined, receive: () => Promise.reject(new Error('there are no pictures')) },
    clock: systemClock,
    log: silentLogger,
  };
  const batches = {
    commit: () => Promise.reject(new StoreUnavailable('database is locked', undefined)),
    ping: async () => undefined,
  };
  expect(await importCarried(dir.join('stick'), { ...parts, batches })).toMatchObject([
    { refused: 'the store did not take all of it (database is locked): import it again', records: 0 },
  ]);
  expect(await importCarried(dir.join('stick'), { ...parts, batches: store.batches })).toMatchObject([{ known: 3 }]);
  await store.close();
});

it('an older report does not replace a newer one', async () => {
  await carry('line-1', [journal.batch(30, 40)], { t: 2000 });
  expect(await imports(0)).toMatchObject([{ known: 11 }]);
  const store = SqliteStore.open(data);
  expect((await store.records.devices())[0]?.birth?.t).toBe(5000);
  await store.close();
});

it('nothing is taken from a copy that is damaged, a device that is not known, or another key; and other records are noticed', async () => {
  await carry('line-1', [journal.batch(1, 40)], { cut: true });
  await carry('line-2', [new JournalTwin('line-1', 'events', EPOCH).appendEvents(2).batch()]);
  await carry('line-3', []);
  await mkdir(dir.join('stick', CARRIED_FOLDER, 'line-4'), { recursive: true });
  expect(await imports(1)).toMatchObject([
    { device: 'line-1', refused: expect.stringMatching(/damaged/) as unknown, records: 0 },
    { device: 'line-2', records: 0, notTaken: { schema: 1 } },
    { device: 'line-3', refused: 'it has no credential here' },
    { device: 'line-4', refused: expect.stringMatching(/interrupted/) as unknown },
  ]);
  for (const device of ['line-2', 'line-3', 'line-4']) {
    await rm(dir.join('stick', CARRIED_FOLDER, device), { recursive: true });
  }
  await carry('line-1', [journal.batch(1, 40)], { key: 'o'.repeat(43), t: 9000 });
  expect(await imports(1)).toMatchObject([{ refused: 'it reports with another key than this device' }]);
  // The same numbers with another content: the first stays, and somebody must look.
  const forged = new JournalTwin('line-1', 'events', EPOCH).appendEvents(12);
  await carry('line-1', [forged.batch(11, 12)], { t: 9000 });
  const [found] = await imports(1);
  expect(found?.records).toBe(0);
  expect((found?.conflicts ?? 0) + (found?.breaks ?? 0)).toBeGreaterThan(0);
  const store = SqliteStore.open(data);
  expect((await store.records.streams())[0]).toMatchObject({ stored: 40, head: journal.heads[40] });
  await store.close();
});

it('pictures on the stick are stored once, and one that is damaged is noticed and not stored', async () => {
  await carry('line-1', [journal.batch(39, 40)], { t: 9500 });
  const folder = dir.join('stick', CARRIED_FOLDER, 'line-1', CARRIED_MEDIA);
  await mkdir(folder, { recursive: true });
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(100_000)]);
  const [name, other] = [jpeg, randomBytes(50)].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  await writeFile(`${folder}/${name}`, jpeg);
  await writeFile(`${folder}/${other}`, 'something else');
  await writeFile(`${folder}/${'a'.repeat(64)}.part`, 'torn');
  await writeFile(`${folder}/notes.txt`, 'not a picture');
  const counts = { damaged: 1, left: 0 };
  expect((await imports(1))[0]?.pictures).toEqual({ ...counts, stored: 1, known: 0 });
  expect((await imports(1))[0]?.pictures).toEqual({ ...counts, stored: 0, known: 1 });
  await rm(`${folder}/${other}`);
  expect((await imports(0))[0]?.pictures).toEqual({ stored: 0, known: 1, damaged: 0, left: 0 });
  const store = SqliteStore.open(data);
  expect(await store.media.get(name ?? '')).toMatchObject({ device: 'line-1', bytes: jpeg.length, mime: 'image/jpeg' });
  expect(await store.media.get(other ?? '')).toBeUndefined();
  await store.close();
  expect((await readdir(data)).filter((one) => one.startsWith('import-'))).toEqual([]);
  // Of a device that is refused no picture is taken.
  await mkdir(dir.join('stick', CARRIED_FOLDER, 'line-3', CARRIED_MEDIA), { recursive: true });
  await carry('line-3', []);
  await writeFile(dir.join('stick', CARRIED_FOLDER, 'line-3', CARRIED_MEDIA, other ?? ''), 'x');
  expect((await imports(1))[1]).toMatchObject({ device: 'line-3', pictures: { stored: 0 } });
});
