import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createServer } from 'node:http';
import { systemClock } from '@lineside/kit';
import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { startMosquitto } from '../../../tests/support/mosquitto.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { TestAuthority } from '../../../tests/support/test-authority.ts';
import { openTestJournal } from '../../../tests/support/test-journal.ts';
import { constantDetector, writeTinyBundle } from '../../../tests/support/tiny-onnx.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { MachineFiles } from './checks/index.ts';
import { type CheckResult, examine, type MachineView } from './index.ts';

const YEAR_MS = 365 * 86_400_000;
/** A cool machine with memory and nothing to do. */
const FILES = {
  'proc/meminfo': 'MemTotal: 16000000 kB\nMemAvailable: 12000000 kB\n',
  'proc/vmstat': 'oom_kill 0',
  'proc/loadavg': '0.50 0.40 0.30 1/200 42',
  'sys/class/thermal/thermal_zone0/temp': '51000',
  'sys/class/block/mmcblk0/device/life_time': '0x01 0x01',
};

async function machine(dir: TempDir, more: Readonly<Record<string, string>> = {}): Promise<Partial<MachineView>> {
  const root = dir.join('root');
  for (const [path, text] of Object.entries({ ...FILES, ...more })) {
    await mkdir(dirname(`${root}/${path}`), { recursive: true });
    await writeFile(`${root}/${path}`, text);
  }
  const figures = { bsize: 1, bavail: 50e9, files: 100, ffree: 90 };
  const addresses = (): Record<string, string[]> => ({ eth0: ['10.0.0.5'] });
  return { root, files: new MachineFiles(root), cpus: 4, addresses, diskFigures: async () => figures };
}

/** Everything that is not in order; of the clock only what a test cannot have from the machine that it runs on. */
async function troubles(
  dir: TempDir,
  view: Partial<MachineView>,
  path = process.env['PATH'],
): Promise<readonly string[]> {
  const results: CheckResult[] = [];
  const options = {
    ...{ configPath: dir.join('lineside.yaml'), dataDir: dir.join('data'), sources: { catalog: [], env: {} } },
    ...{ nodeVersion: process.versions.node, software: { version: '1.0.0', libraries: {} }, searchPath: path },
    ...{ runtimesOf: async () => () => ({}), clock: systemClock, random: Math.random, machine: view },
  };
  for await (const result of examine({ ...options, signal: new AbortController().signal })) results.push(result);
  expect(results.length).toBeGreaterThan(15);
  return results.flatMap(({ verdict, check, code }) => (verdict === 'ok' || check === 'clock' ? [] : [code]));
}

/** A service that inspects, at its control socket. */
async function runningService(dir: TempDir, signals: readonly object[] = []): Promise<AsyncDisposable> {
  const health = { word: 'inspecting', ok: true, reasons: [], warnings: [] };
  const camera = { id: 'belt', state: 'streaming', behindMs: 20, stream: { quality: 4, problems: [], fps: 10 } };
  const status = { v: 1, version: '1.0.0', config: { path: 'x', state: 'good' }, health, cameras: [camera] };
  const server = createServer((request, response) => {
    response.end(JSON.stringify(request.url === '/api/v1/signals' ? { signals } : status));
  });
  await mkdir(dir.join('data'), { recursive: true });
  await new Promise<void>((resolve) => server.listen(dir.join('data/control.sock'), resolve));
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

const write = (dir: TempDir, lines: readonly string[]): Promise<void> =>
  writeFile(dir.join('lineside.yaml'), ['device: line-1', ...lines].join('\n'));

async function inspection(dir: TempDir): Promise<readonly string[]> {
  const model = constantDetector({ size: 64, classes: 1, boxes: [] });
  await writeTinyBundle(dir.join('tiny'), model, { size: 64, labels: ['cap'] });
  return [
    `cameras: [{id: belt, url: "${await testVideo()}", models: [tiny], zones: [{id: z, polygon: [[0,0],[1,0],[1,1]]}]}]`,
    'models: [{id: tiny, ref: ./tiny}]',
    'rules: [{id: r, type: product_defect, camera: belt, zone: z, model: tiny, labels: [cap]}]',
  ];
}

describe('the doctor has nothing to say against a healthy', () => {
  it('line with two cameras and a model at a rate of its own', async () => {
    await using dir = await tempDir();
    await using _service = await runningService(dir);
    const lines = await inspection(dir);
    const video = await testVideo();
    const cameras = `cameras: [{id: a, url: "${video}", models: [{id: tiny, fps: 2}]}, {id: belt, url: "${video}", models: [tiny], zones: [{id: z, polygon: [[0,0],[1,0],[1,1]]}]}]`;
    const rules = (lines[2] ?? '').replace(
      ']}]',
      ']}, {id: q, type: product_defect, camera: a, model: tiny, labels: [cap]}]',
    );
    await write(dir, [cameras, lines[1] ?? '', rules]);
    expect(await troubles(dir, await machine(dir))).toEqual([]);
  });

  it('line with a camera, a model and a rule', async () => {
    await using dir = await tempDir();
    await using _service = await runningService(dir);
    await write(dir, await inspection(dir));
    expect(await troubles(dir, await machine(dir))).toEqual([]);
  });

  it('line with good signals, a plant connection and a journal', async () => {
    await using dir = await tempDir();
    await using _service = await runningService(dir, [{ id: 'scale', state: 'good', value: 1 }]);
    const journal = openTestJournal(dir.join('data'));
    journal.append([{ stream: 'events', kind: 'event', body: {} }]);
    journal.close();
    await write(dir, [...(await inspection(dir)), 'signals: [{id: scale, source: "push:"}]', 'plant: [{url: "log:"}]']);
    expect(await troubles(dir, await machine(dir))).toEqual([]);
  });

  it('line with a collector behind TLS, and updates', async () => {
    await using dir = await tempDir();
    await using _service = await runningService(dir);
    const authority = await TestAuthority.make(dir.path, 'authority', YEAR_MS);
    const { certFile, keyFile } = await authority.issue('broker', '127.0.0.1', YEAR_MS);
    await using broker = await startMosquitto({ config: [`certfile ${certFile}`, `keyfile ${keyFile}`] });
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const collector = await connectAsync(url, { protocolVersion: 5, ca: authority.ca });
    const state = JSON.stringify({ v: 1, online: true, session: 's', t: 0 });
    await collector.publishAsync('lineside/v1/collector/state', state, { retain: true, qos: 1 });
    await collector.endAsync();
    await mkdir(dir.join('releases/metadata'), { recursive: true });
    await writeFile(dir.join('releases/metadata/timestamp.json'), '{}');
    await writeFile(dir.join('root.json'), '{"signed": {}, "signatures": []}');
    await write(dir, [
      ...(await inspection(dir)),
      `uplink: {broker: "${url}", ca: ./authority.crt}`,
      'updates: {root: ./root.json, customer: acme, repository: ./releases}',
    ]);
    expect(await troubles(dir, await machine(dir))).toEqual([]);
  });

  it('Jetson, imitated, in its fastest power mode', async () => {
    await using dir = await tempDir();
    await using _service = await runningService(dir);
    await mkdir(dir.join('bin'));
    await writeFile(dir.join('bin/nvpmodel'), '#!/bin/sh\necho "NV Power Mode: MAXN_SUPER"\n', { mode: 0o755 });
    await write(dir, await inspection(dir));
    const jetson = await machine(dir, {
      'etc/nv_tegra_release': '# R36 (release), REVISION: 4.3, GCID: 1\n',
      'proc/device-tree/model': 'NVIDIA Jetson Orin NX\0',
      'usr/lib/aarch64-linux-gnu/libnvinfer.so.10.3.0': '',
    });
    expect(await troubles(dir, jetson, `${dir.join('bin')}:${process.env['PATH']}`)).toEqual([]);
  });
});
