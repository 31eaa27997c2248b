import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { deviceKey, HeadSigner, identityFolder, type Journal } from '../../edge/src/journal/index.ts';
import { collectorCommand } from '../support/collector.ts';
import { deliver } from '../support/deliver.ts';
import { eventBody } from '../support/journal-twin.ts';
import { lineside } from '../support/lineside.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { HandClock, openTestJournal } from '../support/test-journal.ts';

/** A device and the data folder of a collector; what lies between them is a file that a person carries. */
let device: TempDir;
let cloud: TempDir;
let journal: Journal;
const clock = new HandClock();
beforeEach(async () => {
  [device, cloud] = [await tempDir(), await tempDir()];
  journal = openTestJournal(device.path, { clock });
});
afterEach(async () => {
  journal.close();
  await device[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

async function writeSignAndDeliver(): Promise<void> {
  for (let n = 0; n < 5; n += 1) journal.append([{ stream: 'events', kind: 'event', body: eventBody() }]);
  new HeadSigner({ journal, key: deviceKey(device.path), clock }).sign();
  const store = SqliteStore.open(cloud.path);
  await deliver(journal, store);
  await store.close();
}

/** `lineside journal heads > heads.json` on the device; returns the file. */
async function heads(): Promise<string> {
  const { code, stdout, stderr } = await lineside(['journal', 'heads', '--data', device.path]);
  expect([code, stderr]).toEqual([0, '']);
  const file = device.join('heads.json');
  writeFileSync(file, stdout);
  return file;
}

const verify = (...more: readonly string[]) => collectorCommand('verify', '--data', cloud.path, ...more);
const tamper = (sql: string): void => {
  const database = new Database(join(cloud.path, 'collector.sqlite'));
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
};

it('agree with a collector to which everything was delivered, also after the key of the device was made anew', async () => {
  await writeSignAndDeliver();
  rmSync(join(identityFolder(device.path), 'journal.key'));
  await writeSignAndDeliver();
  const { code, stdout } = await verify('--against', await heads());
  expect(stdout).not.toContain('unlike_export');
  expect(stdout).not.toContain('the file has a signature');
  // The change of the key itself is reported: the keepers of the collector must know of it.
  expect([code, stdout.split('\n').filter((line) => line.startsWith('signature'))]).toMatchObject([1, [/key/]]);
});

it('show that a device was deleted at the collector, which verification without them cannot know', async () => {
  await writeSignAndDeliver();
  const file = await heads();
  expect((await verify('--against', file)).code).toBe(0);
  tamper(`delete from spans; delete from records; delete from signed_heads; delete from events;
    delete from expected_media; delete from journals; delete from devices`);
  expect((await verify()).code).toBe(0);
  const { code, stdout } = await verify('--against', file);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('line-1 events: the device wrote up to 5, up to 0 is stored'),
  ]);
});

it('are refused where the file was edited, and where it is none', async () => {
  await writeSignAndDeliver();
  const file = await heads();
  writeFileSync(file, readFileSync(file, 'utf8').replace('"seq": 5', '"seq": 4'));
  const edited = await verify('--against', file);
  expect([edited.code, edited.stdout]).toEqual([1, expect.stringContaining('is not valid for its key')]);
  writeFileSync(file, 'no document');
  expect((await verify('--against', file)).code).toBe(2);
});
