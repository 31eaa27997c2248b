import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { type Appliance, configure, startAppliance, unbalanced } from '../support/appliance.ts';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { built } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { runHere } from '../support/lineside.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle, wrongShapeModel, wrongTypeModel } from '../support/tiny-onnx.ts';
import { notAVideo, testVideo, truncatedVideo } from '../support/video.ts';

/** Cameras that cannot be reached, and what is reported for each. */
const BAD_CAMERAS: Readonly<Record<string, readonly string[]>> = {
  refused: ['refused'],
  silent: ['timed_out'],
  // A network without a way out answers at once, others never.
  nowhere: ['unreachable', 'timed_out', 'refused'],
  password: ['auth'],
  path: ['not_found'],
  'not-a-video': ['not_video'],
  'half-a-video': ['not_video'],
  'no-file': ['not_found'],
};

/** Models that cannot be run, and what is reported for each. */
const BAD_MODELS: Readonly<Record<string, readonly string[]>> = {
  missing: ['model_missing'],
  truncated: ['model_truncated'],
  'truncated-bundle': ['model_truncated'],
  'not-onnx': ['not_onnx'],
  shape: ['model_shape'],
  type: ['model_shape'],
};

describe('a line of which much is wrong', () => {
  const resources = new AsyncDisposableStack();
  let dir: TempDir;
  let appliance: Appliance;

  beforeAll(async () => {
    await built();
    dir = resources.use(await tempDir('lineside-bad-'));
    const rtsp = resources.use(new RtspServer({ host: '127.0.0.1', port: 0, users: { line: 'letmein' } }));
    rtsp.addStream('product', await fileSource(await testVideo({ fps: 10, keyEvery: 5 })));
    const host = `127.0.0.1:${await rtsp.listen()}`;
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    resources.defer(() => void silent.close());
    const address = silent.address();
    const silentPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const urls: Readonly<Record<string, string>> = {
      refused: `rtsp://127.0.0.1:${await freePort()}/stream`,
      silent: `rtsp://127.0.0.1:${silentPort}/stream`,
      // RFC 5737: nobody has this address.
      nowhere: 'rtsp://192.0.2.1/stream',
      password: `rtsp://line:\${env:WRONG_PASSWORD}@${host}/product`,
      path: `rtsp://line:letmein@${host}/oven`,
      'not-a-video': await notAVideo(),
      'half-a-video': await truncatedVideo(),
      'no-file': './nowhere.mp4',
    };
    await writeModels(dir.path);
    const bad = Object.entries(urls).map(([id, url]) => ({ id, url, fps: 2, models: ['bright'] }));
    const config = await configure(dir.join('lineside.yaml'), {
      device: 'line-1',
      cameras: [
        { id: 'good', url: blinking(), fps: 5, models: ['bright'] },
        { id: 'network', url: `rtsp://line:letmein@${host}/product`, fps: 2, models: ['bright'] },
        { id: 'many-models', url: blinking(), fps: 5, models: ['bright', ...Object.keys(BAD_MODELS)] },
        { id: 'no-model', url: blinking(), fps: 2, models: ['missing', 'shape'] },
        ...bad,
      ],
      models: [
        await brightModel(dir.path),
        { id: 'missing', ref: './nowhere.onnx' },
        { id: 'truncated', ref: './truncated.onnx' },
        { id: 'truncated-bundle', ref: './truncated-bundle' },
        { id: 'not-onnx', ref: './not-onnx.onnx' },
        { id: 'shape', ref: './shape' },
        { id: 'type', ref: './type' },
      ],
      rules: [brightRule('good'), brightRule('many-models')],
      status: { listen: '127.0.0.1:0' },
    });
    const env = { WRONG_PASSWORD: 'open-sesame' };
    appliance = resources.use(await startAppliance({ config, data: dir.join('edge'), env }));
  });

  afterAll(() => resources.disposeAsync());

  it('inspects the cameras that are right, by the models that are right', async () => {
    await appliance.inspects(['good', 'network', 'many-models'], 10);
    await appliance.until('a healthy device', ({ health, cameras }) => {
      const word = (id: string) => cameras.find((camera) => camera.id === id)?.inspecting;
      const words = [word('good'), word('network'), word('many-models')];
      return health.ok && words.join(' ') === 'inspecting inspecting degraded';
    });
    expect((await fetch(new URL('/healthz', appliance.page))).status).toBe(200);
    await appliance.until('events', ({ journal }) =>
      journal.streams.some((one) => one.stream === 'events' && one.next > 4),
    );
  });

  it.each(Object.entries(BAD_CAMERAS))('reports what is wrong with camera %s, and what to do', async (id, codes) => {
    const camera = await appliance.until(`the error of camera ${id}`, ({ cameras }) =>
      cameras.find((one) => one.id === id && one.error !== undefined),
    );
    expect(codes).toContain(camera.error?.code);
    expect(camera.error?.message).not.toBe('');
    expect(camera.error?.advice.length).toBeGreaterThan(20);
    expect(camera.models.reduce((sum, { counters }) => sum + counters.inspected, 0)).toBe(0);
    const { health } = await appliance.status();
    expect(health.warnings).toContainEqual(expect.objectContaining({ code: camera.error?.code, camera: id }));
    const lines = appliance.logged('camera failed').filter((line) => line['camera'] === id);
    expect(lines[0]).toMatchObject({ code: camera.error?.code, advice: camera.error?.advice });
    // A camera that stays dead is not logged at every attempt.
    expect(lines.length).toBeLessThanOrEqual(3);
  });

  it.each(Object.entries(BAD_MODELS))('reports what is wrong with model %s, and what to do', async (id, codes) => {
    const model = await appliance.until(`the error of model ${id}`, ({ models }) =>
      models.find((one) => one.id === id && one.state === 'failed'),
    );
    expect(codes).toContain(model.error?.code);
    expect(model.error?.message).not.toBe('');
    expect(model.error?.advice.length).toBeGreaterThan(20);
    const { health } = await appliance.status();
    const warning = health.warnings.find(({ code, message }) => code === 'model_failed' && message.includes(` ${id} `));
    expect(warning?.advice).toBe(model.error?.advice);
    expect(
      appliance.logged(/./).filter((line) => line['model'] === id && line['code'] === model.error?.code),
    ).toHaveLength(1);
  });

  it('never calls a camera inspected of which no model runs', async () => {
    const { cameras } = await appliance.status();
    expect(cameras.find(({ id }) => id === 'no-model')).toMatchObject({ state: 'streaming', inspecting: 'blind' });
  });

  it('counts each frame that a model should have seen and could not', async () => {
    const shares = await appliance.until('frames of the refused models', ({ cameras }) => {
      const { models } = cameras.find(({ id }) => id === 'many-models') ?? { models: [] };
      const refused = models.filter(({ model }) => model in BAD_MODELS);
      return refused.every(({ counters }) => counters.offered > 5) && refused;
    });
    expect(shares).toHaveLength(Object.keys(BAD_MODELS).length);
    for (const { counters } of shares) expect(Object.keys(counters.failed)).toEqual(['model_unavailable']);
  });

  it('keeps every secret to itself', async () => {
    const pages = await Promise.all(
      ['/api/v1/status', '/metrics', '/healthz', '/api/v1/cameras/password/log'].map(async (path) =>
        (await fetch(new URL(path, appliance.page))).text(),
      ),
    );
    // What FFmpeg wrote is there, with the camera's own answer.
    expect(pages.at(-1)).toMatch(/401 Unauthorized/);
    for (const text of [...pages, appliance.process.stderr, appliance.process.stdout]) {
      expect(text).not.toContain('open-sesame');
      expect(text).not.toContain('letmein');
    }
  });

  it('shrugs off whatever is sent to its page', async () => {
    const { port } = new URL(appliance.page);
    const answers = await Promise.all(MALFORMED.map((bytes) => send(Number(port), bytes)));
    // Where there is an answer, it is a refusal.
    for (const [i, answer] of answers.entries()) {
      if (answer !== '') expect(answer, MALFORMED[i]?.slice(0, 60)).toMatch(/^HTTP\/1\.1 (?:4\d\d|501) /);
    }
    expect(answers.filter((answer) => answer !== '').length).toBeGreaterThan(MALFORMED.length / 2);
    const slow = Array.from({ length: 40 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nHost: 127');
    await appliance.inspects(['good'], 5);
    for (const socket of slow) socket.destroy();
    expect(appliance.process.exit).toBeUndefined();
    expect(appliance.logged('a request failed')).toEqual([]);
  });

  it('keeps its counters straight, and its journal, to the end', async () => {
    expect(unbalanced((await appliance.status()).cameras)).toEqual([]);
    const { snapshot } = await appliance.stop();
    expect(unbalanced(snapshot.cameras.map((camera) => ({ ...camera, models: [...camera.models] })))).toEqual([]);
    expect(verifyJournal(journalPath(dir.join('edge'))).findings).toEqual([]);
    expect(await runHere(['journal', 'verify', '--data', dir.join('edge')])).toMatchObject({ code: 0 });
  });
});

async function writeModels(folder: string): Promise<void> {
  const facts = { size: 128, labels: ['defect'] };
  const whole = brightBlobDetector({ size: 128, cell: 64 });
  const half = whole.subarray(0, whole.length >> 1);
  await writeFile(join(folder, 'truncated.onnx'), half);
  await writeFile(join(folder, 'not-onnx.onnx'), 'This is a shopping list, not a model.\n'.repeat(64));
  await writeTinyBundle(join(folder, 'shape'), wrongShapeModel(128), { id: 'shape', ...facts });
  await writeTinyBundle(join(folder, 'type'), wrongTypeModel(128), { id: 'type', ...facts });
  const cut = await writeTinyBundle(join(folder, 'truncated-bundle'), whole, { id: 'truncated-bundle', ...facts });
  await mkdir(cut, { recursive: true });
  await writeFile(join(cut, 'model.onnx'), (await readFile(join(cut, 'model.onnx'))).subarray(0, half.length));
}

const GET = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`;
const MALFORMED: readonly string[] = [
  '\u0000\u0001\u0002 nonsense \u00ff\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET\r\n\r\n',
  GET('/%ff%fe%'),
  GET('/api/v1/events?limit=-1'),
  GET('/api/v1/events?limit=1e99&cursor=%00'),
  GET('/api/v1/events/..%2f..%2fetc%2fpasswd'),
  GET('/../../../../etc/passwd'),
  GET(`/api/v1/evidence/${'0'.repeat(5000)}`),
  GET('/api/v1/cameras/nobody/live'),
  GET('/api/v1/cameras/good/picture.jpg?width=999999999'),
  GET('/api/v1/status', `X-Long: ${'a'.repeat(64 * 1024)}\r\n`),
  'GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'GET /api/v1/status HTTP/1.1\r\n\r\n',
  'POST /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999999999999999\r\n\r\n',
  'POST /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{{{{{',
  'DELETE / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
];

/** What comes back before the other side closes, or within a second. */
async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  // A connection that is cut off is an answer too.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(bytes, 'latin1');
  await Promise.race([closed, sleep(1000)]);
  socket.destroy();
  return answer;
}
