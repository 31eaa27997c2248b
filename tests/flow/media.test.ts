import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TUNING, Uplink } from '../../cloud-sync/uplink/src/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { JournalRecorder } from '../../edge/src/events/index.ts';
import { EvidenceStore, evidenceFolder, evidencePath } from '../../edge/src/evidence/index.ts';
import { type Journal } from '../../edge/src/journal/index.ts';
import { FakeCollector } from '../support/fake-collector.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { openTestJournal } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';

interface Put {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

let folder: TempDir;
let journal: Journal;
let evidence: EvidenceStore;
let recorder: JournalRecorder;
let broker: Mosquitto;
let cloud: FakeCollector;
let server: Server;
let puts: Put[];
let answer: (put: Put) => number;
const stop = { now: async (): Promise<void> => undefined };

beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { clock: systemClock });
  const options = { journal, clock: systemClock, log: silentLogger };
  evidence = new EvidenceStore({ ...options, folder: evidenceFolder(folder.path), quotaBytes: 1e9 });
  recorder = new JournalRecorder({ ...options, evidence });
  puts = [];
  answer = () => 201;
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const put = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      puts.push(put);
      const status = answer(put);
      if (status === 0) response.destroy();
      else if (status > 0) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  broker = await startMosquitto();
  cloud = new FakeCollector(broker.url);
  cloud.mediaUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/media`;
  await cloud.start();
});
afterEach(async () => {
  await stop.now();
  await cloud.die();
  await broker[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const record = async (n: number): Promise<void> => {
  const output = {
    phase: 'opened',
    key: 'k',
    rule: 'r',
    ruleType: 'spill',
    kind: 'sanitation',
    severity: 'info',
    label: 'spill',
    durationMs: 0,
  } as const;
  const event = `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const picture = { jpeg: Buffer.from(`picture ${n}`), width: 4, height: 3, index: 0 };
  await recorder.record({ event, camera: 'floor', output }, picture);
};
const start = (): Uplink => {
  const uplink = new Uplink({
    broker: { url: broker.url, username: 'line-1', password: 'sesame' },
    outbox: journal,
    media: evidence,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { media: { ...TUNING.media, retryMs: 50, parkMs: 300 } },
  });
  const abort = new AbortController();
  const running = uplink.run(abort.signal);
  stop.now = async () => {
    abort.abort();
    await running;
  };
  return uplink;
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('snapshots are uploaded under their hash, with the credential, and are marked when the collector has stored them', async () => {
  await record(1);
  const uplink = start();
  await waitFor('the first', () => uplink.snapshot().mediaSent === 1);
  await record(2);
  await waitFor('the second', () => uplink.snapshot().mediaSent === 2);
  expect(puts.map((put) => put.body.toString())).toEqual(['picture 1', 'picture 2']);
  const [first] = puts;
  expect(first!.path).toBe(`/media/line-1/${sha256(first!.body)}`);
  expect(first!.headers).toMatchObject({
    'content-type': 'image/jpeg',
    digest: `sha-256=${createHash('sha256').update(first!.body).digest('base64')}`,
    authorization: `Basic ${Buffer.from('line-1:sesame').toString('base64')}`,
  });
  expect(evidence.pending(9)).toEqual([]);
});

test('an upload that is not confirmed marks nothing and is tried again: broken connection, 500, 401, redirect, wrong hash', async () => {
  await record(1);
  const answers = [0, 500, 401, 302, 422, 409, 201];
  answer = () => {
    expect(evidence.pending(9)).toHaveLength(1);
    return answers[puts.length - 1] ?? 201;
  };
  const uplink = start();
  await waitFor('it to be stored', () => uplink.snapshot().mediaSent === 1);
  expect(puts).toHaveLength(answers.length);
  expect(puts.every((put) => put.path.startsWith('/media/'))).toBe(true);
});

test('a snapshot that is refused for good is reported as such, and does not delay the others', async () => {
  await record(1);
  await record(2);
  answer = (put) => (put.body.toString() === 'picture 1' ? 413 : 201);
  const uplink = start();
  await waitFor('the other', () => uplink.snapshot().mediaSent === 1);
  expect(evidence.pending(9)).toHaveLength(1);
  await waitFor('the refusal to be tried again after a while', () => puts.length > 2);
  expect(evidence.pending(9)).toHaveLength(1);
});

test('a snapshot that is damaged or missing on the device is not uploaded', async () => {
  await record(1);
  await record(2);
  await record(3);
  const [one, two] = evidence.pending(9);
  await writeFile(evidencePath(evidence.folder, one!.sha256), 'other bytes');
  await rm(evidencePath(evidence.folder, two!.sha256));
  const uplink = start();
  await waitFor('the third', () => uplink.snapshot().mediaSent === 1);
  expect(puts.map((put) => put.body.toString())).toEqual(['picture 3']);
  expect(evidence.pending(9)).toHaveLength(2);
});

test('an upload ends when its snapshot is given up on the device, which is counted and no problem', async () => {
  await record(1);
  answer = () => -1;
  const uplink = start();
  await waitFor('the upload to begin', () => puts.length === 1);
  const [one] = evidence.pending(9);
  evidence.remove([one!.sha256], []);
  await waitFor('the upload to be cancelled', () => uplink.snapshot().mediaCancelled === 1);
  expect(uplink.snapshot()).toMatchObject({ mediaQueued: 0, mediaSent: 0 });
  expect(uplink.snapshot().lastError).toBeUndefined();
});
