import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { systemClock } from '@lineside/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/support/free-port.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { TestAuthority } from '../../../tests/support/test-authority.ts';
import { constantDetector, tinyManifest, writeTinyBundle } from '../../../tests/support/tiny-onnx.ts';
import { loadConfig, type LoadedConfig } from '../config/index.ts';
import type { StreamStats } from '../journal/reading.ts';
import { runCheck } from './check.ts';
import { runningFindings } from './checks/camera-figures.ts';
import { decoderFindings, oldFfmpeg, refusedFinding } from './checks/ffmpeg-check.ts';
import * as checks from './checks/index.ts';
import type { Check } from './check.ts';
import type { CheckFinding } from './finding.ts';
import { applyFix } from './fix.ts';
import { CHECK_ORDER, CHECKS } from './table/index.ts';

const DAY_MS = 86_400_000;
let dir: TempDir;
let authority: TestAuthority;
let folders = 0;
/** Codes that a case of this file has planted and found. */
const planted = new Set<string>();

beforeAll(async () => {
  dir = await tempDir('lineside-faults-');
  authority = await TestAuthority.make(dir.path, 'authority');
});
afterAll(() => dir[Symbol.asyncDispose]());

const newFolder = async (): Promise<string> => {
  const path = dir.join(`case-${++folders}`);
  await mkdir(path);
  return path;
};

/** Writes files under a new folder that stands for `/`. */
async function root(files: Readonly<Record<string, string>>): Promise<string> {
  const at = await newFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(`${at}/${path}`), { recursive: true });
    await writeFile(`${at}/${path}`, text);
  }
  return at;
}

/** A folder of programs, each a shell script. */
async function programs(scripts: Readonly<Record<string, string>>): Promise<string> {
  const at = await newFolder();
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(`${at}/${name}`, `#!/bin/sh\n${script}\n`);
    await chmod(`${at}/${name}`, 0o755);
  }
  return `${at}:/usr/bin:/bin`;
}

async function config(text: string, folder?: string): Promise<LoadedConfig> {
  const at = folder ?? (await newFolder());
  const path = `${at}/lineside.yaml`;
  await writeFile(path, `device: line-1\n${text}\n`);
  return loadConfig(path, { catalog: [], env: {} });
}

const run = (check: Check): Promise<readonly CheckFinding[]> =>
  runCheck(check, { clock: systemClock, signal: new AbortController().signal, slow: () => undefined });

const files = async (what: Readonly<Record<string, string>>): Promise<checks.MachineFiles> =>
  new checks.MachineFiles(await root(what));

const meminfo = (available: number): string => `MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: ${available} kB\n`;

const zone = (temp: number): Record<string, string> => ({
  'sys/class/thermal/thermal_zone0/temp': String(temp),
  'sys/class/thermal/thermal_zone0/type': 'gpu-thermal',
});

const disk = (figures: { bytes?: number; files?: number; ffree?: number }): Check =>
  checks.diskCheck(dir.path, async () => ({
    ...{ bsize: 1, bavail: figures.bytes ?? 50e9, files: figures.files ?? 100, ffree: figures.ffree ?? 50 },
  }));

const emmc = (life: string, reserve: string): Promise<checks.MachineFiles> =>
  files({
    'sys/class/block/mmcblk0/device/life_time': life,
    'sys/class/block/mmcblk0/device/pre_eol_info': reserve,
  });

const JETSON = '# R36 (release), REVISION: 4.3, GCID: 1, BOARD: generic\n';
const gpu = async (
  expected: 'tensorrt' | 'cuda' | undefined,
  scripts: Readonly<Record<string, string>>,
  release?: string,
): Promise<Check> => {
  const at = await root({
    ...(release === undefined ? {} : { 'etc/nv_tegra_release': release }),
    ...(release === undefined ? {} : { 'proc/device-tree/model': 'NVIDIA Jetson Orin NX\0' }),
  });
  const path = (await programs(scripts)).split(':')[0];
  return checks.gpuCheck({ root: at, expected, path: `${path}:/usr/bin:/bin` });
};

const FFMPEG = { command: 'ffmpeg', version: '5.1', timeoutOption: '-timeout', timesFilter: undefined } as const;
const decoders = (...names: string[]): readonly CheckFinding[] =>
  decoderFindings({ ...FFMPEG, passthrough: ['-fps_mode', 'passthrough'], decoders: new Set(names) });

const stats = (more: Partial<StreamStats>): checks.QueueFacts => ({
  events: { first: 1, next: 11, acked: 5, queued: 5, declared: 0, bytes: 1_000, ...more },
});
const queue = (more: Partial<StreamStats>): Check =>
  checks.queueCheck(() => stats(more), { nowMs: 10 * DAY_MS, quotaBytes: 2_000_000, forwards: true });

const CAMERA =
  'cameras: [{id: belt, url: "rtsp://10.0.0.9/1", models: [tiny], zones: [{id: z, polygon: [[0,0],[1,0],[1,1]]}';
const line = (zones: string, rule: string, folder?: string): Promise<LoadedConfig> =>
  config(
    `${CAMERA}${zones}]}]\nmodels: [{id: tiny, ref: ./tiny}]\nrules: [{id: r, type: product_defect, camera: belt, model: tiny, labels: [cap], ${rule}}]`,
    folder,
  );
async function ruleCase(zones: string, rule: string): Promise<readonly CheckFinding[]> {
  const folder = await newFolder();
  const model = constantDetector({ size: 64, classes: 1, boxes: [] });
  await writeTinyBundle(`${folder}/tiny`, model, { size: 64, labels: ['cap'] });
  const loaded = await line(zones, rule, folder);
  return run(checks.rulesCheck(loaded, { baseDir: folder }));
}

type RunningCamera = checks.ServiceFacts['cameras'][number];
async function cameraCase(more: Partial<RunningCamera>): Promise<readonly CheckFinding[]> {
  const { cameras } = (await line('', 'minDuration: 1s')).config;
  const [camera] = cameras;
  if (camera === undefined) throw new Error('no camera');
  return runningFindings(camera, { id: 'belt', state: 'streaming', ...more });
}
const picture = { luma: 1, contrast: 1, sharpness: 1 };

/** A service that answers at its control socket. */
async function withService<T>(
  answers: Readonly<Record<string, unknown>>,
  use: (data: string) => Promise<T>,
): Promise<T> {
  const data = await newFolder();
  const server: Server = createServer((request, response) => {
    response.end(JSON.stringify(answers[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(`${data}/control.sock`, resolve));
  try {
    return await use(data);
  } finally {
    server.close();
  }
}
const STATUS = {
  ...{ v: 1, version: '1.0.0', config: { path: '/c', state: 'good', sourceHash: 'a' } },
  health: { word: 'inspecting', ok: true, reasons: [], warnings: [] },
};
const service = (dataDir: string, path?: string): Check =>
  checks.serviceCheck({ dataDir, version: '1.0.0', configHash: () => 'a', path: path ?? '/nowhere' }, () => undefined);
const serviceCase = (status: object): Promise<readonly CheckFinding[]> =>
  withService({ '/api/v1/status': { ...STATUS, ...status } }, (data) => run(service(data)));

const signals = async (state: 'bad' | 'stale'): Promise<readonly CheckFinding[]> => {
  const value = { id: 'scale', state, reason: 'above max' };
  return withService({ '/api/v1/signals': { signals: [value] } }, (data) => run(checks.signalCheck(data)));
};

const publishing = (status: object): Promise<readonly CheckFinding[]> =>
  withService({ '/api/v1/status': { ...STATUS, ...status } }, (data) => run(checks.publishingCheck(data)));

/** A certificate in the folder of the device as a server of OPC UA, seen `days` before it expires. */
async function opcua(days: number): Promise<readonly CheckFinding[]> {
  const { certFile } = await authority.issue('opcua', 'line-1');
  const pem = await readFile(certFile, 'utf8');
  const folder = await root({ 'opcua/server/own/certs/certificate.pem': pem });
  return run(checks.opcuaCheck(folder, new X509Certificate(pem).validToDate.getTime() - days * DAY_MS));
}

async function certificate(nowMs: number, key?: string): Promise<readonly CheckFinding[]> {
  const { certFile, keyFile } = await authority.issue('device', 'line-1');
  const uplink = `uplink: {broker: "mqtts://127.0.0.1:1", cert: ${certFile}, key: ${key ?? keyFile}}`;
  return run(checks.certificateCheck(await config(uplink), nowMs));
}

const broker = (more: object): readonly CheckFinding[] =>
  checks.brokerFindings({ broker: 'answers', collector: 'online', tookMs: 20, ...more }, 'mqtt://b', 0);

async function updates(text: string, state?: object): Promise<readonly CheckFinding[]> {
  const folder = await root({
    'root.json': '{"signed": {}, "signatures": []}',
    'releases/metadata/timestamp.json': '{}',
    ...(state === undefined ? {} : { 'data/updates/state.json': JSON.stringify(state) }),
  });
  const loaded = await config(`updates: {customer: acme, ${text}}`, folder);
  return run(checks.updatesCheck(loaded, `${folder}/data`));
}

/** A bundle whose golden image asks for what the model does not say; `boxes` is what it does say. */
async function golden(): Promise<readonly CheckFinding[]> {
  const folder = await newFolder();
  const model = constantDetector({ size: 64, classes: 1, boxes: [] });
  await writeTinyBundle(`${folder}/tiny`, model, { size: 64, labels: ['cap'] });
  const { default: sharp } = await import('sharp');
  await sharp({ create: { width: 64, height: 64, channels: 3, background: 'grey' } })
    .jpeg()
    .toFile(`${folder}/tiny/g.jpg`);
  const detections = [{ label: 'cap', score: 0.9, box: [1, 1, 9, 9] }];
  const expected = { detections, tolerance: { score: 0.05, pixels: 2 } };
  await writeFile(`${folder}/tiny/g.json`, JSON.stringify(expected));
  const manifest = {
    ...tinyManifest(model, { size: 64, labels: ['cap'] }),
    golden: [{ image: 'g.jpg', expect: 'g.json' }],
  };
  await writeFile(`${folder}/tiny/manifest.json`, JSON.stringify(manifest));
  return run(checks.modelCheck({ id: 'tiny', ref: './tiny' }, { places: { baseDir: folder }, dataDir: folder }));
}

/** A model that an update brought, one file of which was changed on the disk. */
async function changedRelease(): Promise<readonly CheckFinding[]> {
  const data = await newFolder();
  const model = constantDetector({ size: 64, classes: 1, boxes: [] });
  await writeTinyBundle(`${data}/updates/bundles/tiny-1`, model, { size: 64, labels: ['cap'] });
  const release = { files: [{ path: 'manifest.json', sha256: '0'.repeat(64) }] };
  await writeFile(`${data}/updates/state.json`, JSON.stringify({ v: 1, bundles: { 'tiny-1': { release } } }));
  await mkdir(`${data}/models`);
  await symlink(`${data}/updates/bundles/tiny-1`, `${data}/models/tiny`);
  const places = { baseDir: data, importedDir: `${data}/models` };
  return run(checks.modelCheck({ id: 'tiny', ref: 'tiny' }, { places, dataDir: data }));
}

async function tinyModel(tools: Partial<Parameters<typeof checks.modelCheck>[1]>): Promise<readonly CheckFinding[]> {
  const folder = await newFolder();
  await writeTinyBundle(`${folder}/tiny`, constantDetector({ size: 64, classes: 1, boxes: [] }), {
    size: 64,
    labels: ['cap'],
  });
  return run(
    checks.modelCheck({ id: 'tiny', ref: './tiny' }, { places: { baseDir: folder }, dataDir: folder, ...tools }),
  );
}

async function broken(path: string): Promise<string> {
  const folder = await newFolder();
  await mkdir(dirname(`${folder}/${path}`), { recursive: true });
  await writeFile(`${folder}/${path}`, 'this is no database, however long it is read');
  return folder;
}

type Case = readonly [code: string, find: () => Promise<readonly CheckFinding[]> | readonly CheckFinding[]];

const CASES: readonly Case[] = [
  ['node_too_old', () => run(checks.nodeCheck('22.11.0'))],
  [
    'software_library',
    () => run(checks.softwareCheck({ version: '1', libraries: { x: () => import(dir.join('none.js')) } })),
  ],
  ['memory_low', async () => run(checks.memoryCheck(await files({ 'proc/meminfo': meminfo(600_000) })))],
  ['memory_exhausted', async () => run(checks.memoryCheck(await files({ 'proc/meminfo': meminfo(90_000) })))],
  [
    'memory_kills',
    async () =>
      run(checks.memoryCheck(await files({ 'proc/meminfo': meminfo(4e6), 'proc/vmstat': 'x 1\noom_kill 3' }))),
  ],
  [
    'machine_overloaded',
    async () => run(checks.loadCheck(await files({ 'proc/loadavg': '31.00 29.50 20.00 3/400 77' }), 4)),
  ],
  ['temperature_high', async () => run(checks.temperatureCheck(await files(zone(88_000))))],
  ['temperature_critical', async () => run(checks.temperatureCheck(await files(zone(97_500))))],
  ['gpu_missing', async () => run(await gpu('cuda', {}))],
  ['tensorrt_missing', async () => run(await gpu('tensorrt', { 'nvidia-smi': 'echo "NVIDIA L4, 8.9"' }))],
  [
    'jetpack_unsupported',
    async () =>
      run(await gpu(undefined, { nvpmodel: 'echo "NV Power Mode: MAXN"' }, '# R35 (release), REVISION: 4.1,\n')),
  ],
  ['power_mode_low', async () => run(await gpu(undefined, { nvpmodel: 'echo "NV Power Mode: 15W"; echo 2' }, JETSON))],
  ['power_mode_unknown', async () => run(await gpu(undefined, {}, JETSON))],
  ['ffmpeg_too_old', () => [oldFfmpeg('4.2.7-0ubuntu0.1')].flatMap((finding) => finding ?? [])],
  ['ffmpeg_no_h264', () => decoders('hevc', 'mjpeg')],
  ['ffmpeg_decoders', () => decoders('h264', 'mjpeg')],
  ['decoder_unusable', () => [refusedFinding({ name: 'h264_nvv4l2dec', reason: 'it gave no picture' })]],
  [
    'gstreamer_missing',
    async () =>
      run(
        checks.gstreamerCheck(
          await config('cameras: [{id: a, url: "rtsp://10.0.0.9/1", decoder: gstreamer}]'),
          () => undefined,
          async () => undefined,
        ),
      ),
  ],
  ['data_folder_unwritable', async () => run(checks.dataFolderCheck(`${await broken('file')}/file/below`))],
  ['disk_space', () => run(disk({ bytes: 0.5e9 }))],
  ['disk_full', () => run(disk({ bytes: 0.1e9 }))],
  ['disk_inodes', () => run(disk({ ffree: 2 }))],
  ['disk_inodes_gone', () => run(disk({ ffree: 0 }))],
  ['disk_worn', async () => run(checks.wearCheck(await emmc('0x09 0x02', '0x01')))],
  ['disk_worn_out', async () => run(checks.wearCheck(await emmc('0x03 0x02', '0x03')))],
  [
    'journal_quarantined',
    async () => run(checks.journalCheck(await broken('quarantine/one/journal.db'), () => undefined)),
  ],
  ['journal_damaged', async () => run(checks.journalCheck(await broken('journal.db'), () => undefined))],
  [
    'clock_behind',
    () =>
      run(
        checks.clockCheck(
          { ...systemClock, monoMs: () => 0, wallMs: () => Date.UTC(1970, 0, 2), sleep: systemClock.sleep },
          dir.join('none'),
        ),
      ),
  ],
  ['network_absent', () => run(checks.networkCheck(() => ({ eth0: [] })))],
  [
    'secret_missing',
    async () => run(checks.secretCheck(await config('cameras: [{id: a, url: "rtsp://u:${file:./none}@10.0.0.9/1"}]'))),
  ],
  ['service_not_running', async () => run(service(await newFolder()))],
  ['service_version', () => serviceCase({ version: '0.9.0' })],
  ['service_config', () => serviceCase({ config: { path: '/c', state: 'good', sourceHash: 'b' } })],
  [
    'service_vision_down',
    () => serviceCase({ health: { reasons: [{ code: 'vision_down', message: 'm', advice: 'a' }], warnings: [] } }),
  ],
  [
    'service_not_enabled',
    async () =>
      withService({ '/api/v1/status': STATUS }, async (data) =>
        run(service(data, await programs({ systemctl: 'echo disabled; exit 1' }))),
      ),
  ],
  [
    'dns_unknown',
    async () =>
      run(
        checks.dnsCheck(await config('uplink: {broker: "mqtt://broker.invalid"}'), () =>
          Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
        ),
      ),
  ],
  [
    'dns_no_server',
    async () =>
      run(
        checks.dnsCheck(await config('uplink: {broker: "mqtt://broker.invalid"}'), () =>
          Promise.reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' })),
        ),
      ),
  ],
  ['camera_dark', () => cameraCase({ picture: { ...picture, problems: ['dark'] } })],
  ['camera_moved', () => cameraCase({ picture: { ...picture, problems: ['moved'] } })],
  ['camera_low_rate', () => cameraCase({ stream: { quality: 2, problems: ['low_rate'] } })],
  ['camera_keyframes', () => cameraCase({ stream: { quality: 4, problems: [], keyframeIntervalMs: 8_000 } })],
  ['camera_lag', () => cameraCase({ behindMs: 9_000 })],
  ['model_self_test', golden],
  ['model_release_changed', changedRelease],
  ['model_too_slow', () => tinyModel({ neededPerS: 1e9 })],
  ['model_fallback', () => tinyModel({ runtime: { expect: 'cuda' } })],
  ['rule_zone_empty', () => ruleCase(', {id: dot, polygon: [[0.5,0.5],[0.505,0.5],[0.5,0.505]]}', 'zone: dot')],
  ['rule_masked', () => ruleCase(', {id: all, polygon: [[0,0],[1,0],[1,1],[0,1]]}', 'zone: z, masks: [all]')],
  ['rule_sizes', () => ruleCase('', 'minSize: 0.5, maxSize: 0.5')],
  ['rule_score', () => ruleCase('', 'minScore: 0.99')],
  ['rule_too_seldom', () => ruleCase('', 'minDuration: 100ms')],
  ['certificate_expires', () => certificate(Date.now())],
  ['certificate_expired', () => certificate(Date.now() + 3 * DAY_MS)],
  ['certificate_not_yet_valid', () => certificate(Date.now() - 9 * DAY_MS)],
  [
    'certificate_unreadable',
    async () =>
      run(
        checks.certificateCheck(
          await config(`uplink: {broker: "mqtts://127.0.0.1:1", ca: ${await broken('ca')}/ca}`),
          Date.now(),
        ),
      ),
  ],
  ['broker_slow', () => broker({ tookMs: 4_000 })],
  ['broker_certificate_expires', () => broker({ certificateExpiresAtMs: 3 * DAY_MS })],
  ['collector_offline', () => broker({ collector: 'offline' })],
  ['collector_hidden', () => broker({ collector: 'hidden' })],
  ['queue_old', () => run(queue({ oldestQueuedWallMs: 7 * DAY_MS }))],
  ['queue_full', () => run(queue({ bytes: 1_900_000 }))],
  ['records_lost', () => run(queue({ declared: 12 }))],
  [
    'plant_refused',
    async () =>
      run(checks.plantCheck(await config(`signals: [{id: s, source: "twin://127.0.0.1:${await freePort()}/x"}]`))),
  ],
  [
    'plant_unreachable',
    async () => run(checks.plantCheck(await config('signals: [{id: s, source: "twin://nowhere.invalid:9000/x"}]'))),
  ],
  ['signal_bad', () => signals('bad')],
  ['signal_stale', () => signals('stale')],
  [
    'feed_down',
    () =>
      publishing({
        feeds: [
          { id: 'site', connected: false, problem: 'ECONNREFUSED' },
          { id: 'a', connected: true },
        ],
      }),
  ],
  ['plant_server_down', () => publishing({ plantServers: [{ url: 'opc.tcp://127.0.0.1', up: false }] })],
  ['opcua_certificate_expires', () => opcua(3)],
  ['opcua_certificate_expired', () => opcua(-1)],
  ['updates_root', () => updates('root: ./none.json, repository: ./releases')],
  ['updates_unreachable', () => updates('root: ./root.json, repository: ./nowhere')],
  [
    'updates_refused',
    () =>
      updates('root: ./root.json', {
        v: 1,
        history: [{ target: 'models/x', state: 'failed', reason: { message: 'slow' } }],
      }),
  ],
  ['load_failed', () => run({ name: 'load', deadlineMs: 1_000, run: () => Promise.reject(new Error('a fault')) })],
  ['load_timed_out', () => run({ name: 'load', deadlineMs: 500, run: () => new Promise(() => undefined) })],
];

it('updates from the collector are no folder of that name', async () => {
  expect(await updates('root: ./root.json, repository: collector')).toMatchObject([{ verdict: 'ok' }]);
});

describe('a planted fault is found with its own code and nothing else is', () => {
  it.each(CASES)('%s', async (code, find) => {
    const findings = await find();
    const troubles = findings.filter(({ verdict }) => verdict !== 'ok');
    expect(troubles.map((finding) => finding.code)).toEqual([code]);
    for (const { message, advice } of troubles) {
      expect(message).not.toBe('');
      expect(advice).not.toBe('');
    }
    planted.add(code);
  });

  it('a secret that others may read, which --fix closes', async () => {
    const folder = await root({ secret: 'geheim' });
    await chmod(`${folder}/secret`, 0o644);
    const loaded = await config('cameras: [{id: a, url: "rtsp://u:${file:./secret}@10.0.0.9/1"}]', folder);
    const [finding] = await run(checks.secretCheck(loaded));
    expect(finding).toMatchObject({ code: 'secret_exposed', fix: { action: 'restrict_file' } });
    planted.add('secret_exposed');
    if (finding?.fix === undefined) throw new Error('no fix');
    await expect(applyFix(finding.fix, new AbortController().signal)).resolves.toMatchObject({ done: true });
    expect((await stat(`${folder}/secret`)).mode & 0o777).toBe(0o640);
    expect((await run(checks.secretCheck(loaded)))[0]?.code).toBe('secret_ok');
    await expect(
      applyFix({ action: 'restrict_file', path: `${folder}/none` }, new AbortController().signal),
    ).resolves.toMatchObject({ done: false });
  });

  it('a key that belongs to another certificate', async () => {
    const other = await authority.issue('other', 'line-1');
    const codes = (await certificate(Date.now(), other.keyFile)).map(({ code }) => code);
    expect(codes).toEqual(['certificate_expires', 'certificate_key']);
    planted.add('certificate_key');
  });

  it('feeds, servers and certificates of OPC UA that are in order are said to be so', async () => {
    const up = {
      feeds: [{ id: 'site', connected: true }],
      plantServers: [{ url: 'opc.tcp://127.0.0.1', up: true, sessions: 0 }],
    };
    expect((await publishing(up)).map(({ code }) => code)).toEqual(['publishing_ok']);
    expect((await opcua(31)).map(({ code }) => code)).toEqual(['opcua_ok']);
    expect((await run(checks.opcuaCheck(await newFolder(), Date.now()))).map(({ code }) => code)).toEqual(['opcua_ok']);
  });

  it('the brokers of feeds and the controllers of outputs are asked for a connection too', async () => {
    const port = await freePort();
    const loaded = await config(
      `cameras: [{id: a, url: "rtsp://10.0.0.9/1", models: [tiny]}]
outputs: [{id: gate, camera: a, url: "modbus+tcp://127.0.0.1:${port}", rules: [r], results: "holding:100", delay: 1s}]
models: [{id: tiny, ref: ./tiny}]
rules: [{id: r, type: product_defect, camera: a, model: tiny, labels: [cap]}]
feeds: [{id: site, url: "sparkplug+mqtt://127.0.0.1:${await freePort()}"}, {id: zmq, url: "zmq+tcp://127.0.0.1:1"}]`,
    );
    const findings = await run(checks.plantCheck(loaded));
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      ...['plant_refused output gate', 'plant_refused feed site'],
    ]);
  });

  it('a plant connection that answers is in order', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const loaded = await config(`signals: [{id: s, source: "twin://127.0.0.1:${port}/x"}]`);
    expect((await run(checks.plantCheck(loaded))).map(({ code }) => code)).toEqual(['plant_ok']);
    server.close();
  });
});

/** Found by tests of the command, of one check, or only on machines that tests cannot have. */
const ELSEWHERE = [
  ...['ffprobe_missing', 'ffprobe_slow', 'ffmpeg_slow', 'data_folder_hidden', 'journal_hidden', 'clock_unsynced'],
  ...['clock_unknown', 'config_last_good', 'service_hidden', 'service_slow', 'service_timed_out', 'camera_rate'],
  ...['camera_codec_costly', 'camera_large', 'rule_label_unknown', 'privacy_label_unknown', 'text_reader_missing'],
  ...['collector_absent', 'refine_label_unknown'],
];

it('every code of the table is planted here, or named as found elsewhere', () => {
  const all = CHECK_ORDER.flatMap((name) => Object.keys(CHECKS[name].findings));
  expect(all.filter((code) => !planted.has(code) && !ELSEWHERE.includes(code))).toEqual([]);
  expect(planted.size).toBeGreaterThanOrEqual(60);
});

it('a check comes after those that it needs', () => {
  expect(new Set(CHECK_ORDER)).toEqual(new Set(Object.keys(CHECKS)));
  for (const [at, name] of CHECK_ORDER.entries()) {
    for (const need of CHECKS[name].needs) expect(CHECK_ORDER.slice(0, at)).toContain(need);
  }
});
