import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { curveKeyPair } from 'zeromq';
import { z } from 'zod';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { configure } from '../support/appliance.ts';
import { freePort } from '../support/free-port.ts';
import { runHere } from '../support/lineside.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import {
  commandLineOf,
  descendantsOf,
  FROM_SOURCE,
  KEPT_CHARACTERS,
  NODE,
  runProcess,
  startProcess,
  type TestProcess,
} from '../support/processes.ts';
import { filesOf, PlantedSecrets } from '../support/planted-secrets.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';

const MAIN = fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url));
/** Characters in which every spelling of a secret differs from the others. */
const HARD = 'a"b:\\c/?#@&<e>?~ 9z';

/** What a process has written, from its first line on: of more, only the end is kept, and a search would prove nothing. */
function allOf({ stdout, stderr }: TestProcess): string {
  expect(Math.max(stdout.length, stderr.length)).toBeLessThan(KEPT_CHARACTERS);
  return stdout + stderr;
}

describe('the search for secrets, which the tests below rely on', () => {
  const resources = new AsyncDisposableStack();
  let dir: TempDir;
  let secrets: PlantedSecrets;
  let secret: string;

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-planted-'));
    secrets = new PlantedSecrets(dir.path);
    // Its parts between the marks are too short to be found by themselves.
    secret = secrets.know('a password', HARD);
    secrets.know('a key', 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7');
  });
  afterAll(() => resources.disposeAsync());

  it.each([
    ['as it is', (text: string) => text],
    ['encoded for a part of a URL', encodeURIComponent],
    ['encoded for a URL in lower case', (text: string) => encodeURIComponent(text).toLowerCase()],
    [
      'encoded for a URL with all marks',
      (text: string) => text.replaceAll(/\W/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    ],
    ['escaped for JSON', (text: string) => JSON.stringify({ url: text })],
    ['escaped for JSON in JSON', (text: string) => JSON.stringify({ line: JSON.stringify({ url: text }) })],
    [
      'escaped for HTML',
      (text: string) =>
        text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['in base64 behind a user of 1 letter', (text: string) => Buffer.from(`u:${text}`).toString('base64')],
    ['in base64 behind a user of 2 letters', (text: string) => Buffer.from(`us:${text}`).toString('base64')],
    ['in base64 behind a user of 3 letters', (text: string) => Buffer.from(`use:${text}`).toString('base64')],
    ['in base64 for a URL', (text: string) => Buffer.from(`line:${text}`).toString('base64url')],
  ])('discovers one %s', (_how, spell) => {
    expect(secrets.leaksIn(`before ${spell(secret)} after`)).not.toEqual([]);
  });

  it('discovers none in another one, nor in what is cut off before its end', () => {
    expect(secrets.leaksIn(`before ${HARD.slice(0, -1)}- after ${encodeURIComponent(HARD.slice(1))}`)).toEqual([]);
    expect(secrets.leaksIn(Buffer.from(`user:another${HARD.slice(3, 9)}`).toString('base64'))).toEqual([]);
  });

  it('discovers one in a log line of a process', async () => {
    const code = 'console.error(JSON.stringify({ level: 30, url: process.env.PLANTED, msg: "connected" }))';
    await using child = await startProcess(NODE, ['-e', code], { env: { PLANTED: secret } });
    await child.waitForExit();
    expect(secrets.leaksIn(allOf(child))).not.toEqual([]);
  });

  it('discovers one in an answer over HTTP', async () => {
    const server = createServer((_request, response) => response.end(JSON.stringify({ feeds: [{ url: secret }] })));
    resources.defer(() => void server.close());
    server.listen(0, '127.0.0.1');
    await waitFor('the server', () => server.listening);
    const { port } = server.address() as { port: number };
    expect(secrets.leaksIn(await textOf('/', `http://127.0.0.1:${port}`))).not.toEqual([]);
  });

  it('discovers one in the arguments of a process', async () => {
    await using child = await startProcess(NODE, ['-e', 'setTimeout(() => {}, 60_000)', secret]);
    await waitFor('the arguments', () => secrets.leaksIn(commandLineOf(child.pid)).length > 0);
  });

  it('discovers one in a file of an archive, however long it is, and in the name of one', async () => {
    const key = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
    await mkdir(dir.join('case'));
    await writeFile(dir.join('case/status.json'), JSON.stringify({ key }) + 'x'.repeat(2 * KEPT_CHARACTERS));
    expect(await secrets.leaksInArchive(await packed('case'))).not.toEqual([]);
    await writeFile(dir.join('case/status.json'), 'x'.repeat(2 * KEPT_CHARACTERS));
    expect(await secrets.leaksInArchive(await packed('case'))).toEqual([]);
    await writeFile(dir.join(`case/${Buffer.from(`u:${key}`).toString('base64url')}`), '');
    expect(await secrets.leaksInArchive(await packed('case'))).not.toEqual([]);
  });

  it('discovers one in a file of a folder, between bytes that are no text', async () => {
    await mkdir(dir.join('data/kept'), { recursive: true });
    expect(await secrets.filesWithLeaks(dir.join('data'))).toEqual([]);
    const noText = Buffer.from([0, 255, 128, 200]);
    const path = dir.join('data/kept/journal.db');
    await writeFile(path, Buffer.concat([noText, Buffer.from(encodeURIComponent(secret)), noText]));
    expect(await secrets.filesWithLeaks(dir.join('data'))).toEqual([path]);
  });

  async function packed(folder: string): Promise<string> {
    const path = dir.join('case.tar.gz');
    const { code } = await runProcess('tar', ['-czf', path, '-C', dir.path, folder]);
    expect(code).toBe(0);
    return path;
  }
});

async function textOf(path: string, page: string): Promise<string> {
  return (await fetch(new URL(path, page))).text();
}

describe('a line with a secret in every place that takes one, of which every thing is broken', {
  timeout: 90_000,
}, () => {
  const resources = new AsyncDisposableStack();
  let dir: TempDir;
  let secrets: PlantedSecrets;
  let config: string;
  let data: string;
  let line: TestProcess;
  let page: string;

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-secrets-'));
    secrets = new PlantedSecrets(dir.path);
    const rtsp = resources.use(new RtspServer({ host: '127.0.0.1', port: 0, users: { line: 'another' } }));
    rtsp.addStream('product', await fileSource(await testVideo({ fps: 10, keyEvery: 5 })));
    const rtspPort = await rtsp.listen();
    const web = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    resources.defer(() => void web.close());
    await waitFor('the web server', () => web.listening);
    const webPort = (web.address() as { port: number }).port;
    const closed = await freePort();
    const hard = ':/?#@&%2F';
    const urls: Readonly<Record<string, string>> = {
      'refused-user': `rtsp://${secrets.plant('user')}:${secrets.plant('password')}@127.0.0.1:${closed}/live`,
      'refused-query': `rtsp://127.0.0.1:${closed}/cam?usr=${secrets.plant('query user')}&pwd=${secrets.plant('query')}&channel=1`,
      'refused-path': `http://127.0.0.1:${closed}/${secrets.plant('path token')}/video`,
      slash: `rtsp://admin:12/${secrets.plant('after a slash')}@127.0.0.1:${closed}/live`,
      'auth-file': `rtsp://line:${await secrets.byFile('password by file', hard)}@127.0.0.1:${rtspPort}/product`,
      'auth-variable': `rtsp://${secrets.byVariable('user by variable', '@')}:${secrets.byVariable('password by variable', hard)}@127.0.0.1:${rtspPort}/product`,
      'auth-query': `rtsp://127.0.0.1:${rtspPort}/product?pwd=${await secrets.byFile('query by file', hard)}`,
      missing: `http://127.0.0.1:${webPort}/${secrets.byVariable('path by variable')}?sid=${secrets.byVariable('query by variable', '&')}`,
      tls: `rtsps://line:${secrets.byVariable('password over tls')}@127.0.0.1:${rtspPort}/${secrets.byVariable('path over tls')}`,
      https: `https://127.0.0.1:${webPort}/video?token=${secrets.byVariable('token over tls')}`,
      host: `rtsp://u:${secrets.byVariable('password of no host')}@no-such-host.invalid/${secrets.plant('path of no host')}`,
      all: secrets.inVariable(
        'the URL',
        `rtsp://u:${secrets.plant('in a URL by variable')}@127.0.0.1:${closed}/${secrets.plant('path in a URL')}?a=${secrets.plant('query in a URL')}`,
      ),
    };
    const broken = Object.entries(urls).map(([id, url]) => ({ id, url, fps: 2, models: ['bright'] }));
    config = await configure(dir.join('lineside.yaml'), {
      device: 'line-1',
      cameras: [{ id: 'good', url: blinking(), fps: 5, models: ['bright'] }, ...broken],
      models: [await brightModel(dir.path)],
      rules: [brightRule('good')],
      uplink: {
        broker: `mqtt://${secrets.plant('broker user')}:${secrets.plant('broker', ':')}@127.0.0.1:${closed}`,
        password: await secrets.byFile('broker password'),
      },
      log: { level: 'debug' },
      status: { listen: '127.0.0.1:0' },
    });
    data = dir.join('data');
    await mkdir(data);
    await chmod(data, 0o777);
    const command = 'umask 000; exec "$@"';
    const run = [NODE, ...FROM_SOURCE, MAIN, 'run', '--config', config, '--data', data, '--json'];
    line = resources.use(
      await startProcess('sh', ['-c', command, 'sh', ...run], { env: { ...process.env, ...secrets.env } }),
    );
    page = await waitFor('the page', () => /"page":"([^"]+)"/.exec(line.stdout)?.[1], { withinMs: 60_000 });
    await waitFor(
      'all cameras to fail',
      async () => {
        const text = await (await fetch(new URL('/api/v1/status', page))).text();
        const { cameras } = JSON.parse(text) as { cameras: { id: string; error?: object }[] };
        return cameras.every(({ id, error }) => id === 'good' || error !== undefined);
      },
      { withinMs: 60_000 },
    );
  });

  afterAll(() => resources.disposeAsync());

  it('has written that the cameras failed, and no secret, to its log and output', () => {
    expect(line.stderr.match(/camera failed/g)?.length).toBeGreaterThanOrEqual(10);
    expect(secrets.leaksIn(allOf(line))).toEqual([]);
  });

  it.each(['/', '/healthz', '/metrics', '/api/v1/status', '/api/v1/events'])('shows no secret at %s', async (path) => {
    expect(secrets.leaksIn(await textOf(path, page))).toEqual([]);
  });

  it.each(['doctor', 'doctor --json', 'status', 'status --json', 'config show', 'config check', 'events list --json'])(
    'prints no secret for lineside %s',
    async (verb) => {
      const args = [...verb.split(' '), '--config', config, '--data', data];
      const { stdout, stderr } = await runHere(args, { env: { ...process.env, ...secrets.env } });
      expect(stdout + stderr).not.toBe('');
      expect(secrets.leaksIn(stdout + stderr)).toEqual([]);
    },
  );

  it('prints no secret where FFmpeg is missing, or a file with a secret', async () => {
    const { stdout, stderr } = await runHere(['doctor', '--config', config, '--data', data], {
      env: { ...process.env, PATH: '/nowhere' },
    });
    expect(stdout + stderr).toContain('secret');
    expect(secrets.leaksIn(stdout + stderr)).toEqual([]);
  });

  it('has no secret in the arguments of any of its processes', () => {
    const pids = [line.pid, ...descendantsOf(line.pid)];
    expect(secrets.leaksIn(pids.map(commandLineOf).join('\n'))).toEqual([]);
  });

  it('keeps no secret on the disk but in the copy of the configuration, and nothing that others may read', async () => {
    const files = await filesOf(data);
    expect(files.map(({ path }) => path)).toContain(join(data, 'journal.db'));
    expect(files.filter(({ mode }) => (mode & 0o027) !== 0)).toEqual([]);
    expect(await secrets.filesWithLeaks(data)).toEqual([]);
  });
});

const Problems = z.object({
  feeds: z.array(z.object({ id: z.string(), connected: z.boolean(), problem: z.string().optional() })),
});
const Outputs = z.object({ outputs: z.array(z.object({ id: z.string(), problem: z.string().optional() })) });

describe('a line with a secret in every place of its plant, of which most things are broken', {
  timeout: 120_000,
}, () => {
  const resources = new AsyncDisposableStack();
  let dir: TempDir;
  let secrets: PlantedSecrets;
  let config: string;
  let data: string;
  let line: TestProcess;
  let page: string;
  /** Addresses as a person types them. */
  let typed: readonly string[];

  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, ...secrets.env });
  const run = (...args: readonly string[]): ReturnType<typeof runHere> =>
    runHere([...args, '--config', config, '--data', data], { env: environment() });
  const ask = (path: string): Promise<string> => textOf(path, page);

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-plant-secrets-'));
    secrets = new PlantedSecrets(dir.path);
    const hard = ':/?#@&%2F';
    const accepted = secrets.plant('password of the broker', hard);
    const broker = resources.use(await startMosquitto({ users: { line: accepted } }));
    const web = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    resources.defer(() => void web.close());
    await waitFor('the web server', () => web.listening);
    const webPort = (web.address() as { port: number }).port;
    const [closed, free] = [await freePort(), await freePort()];
    const [here, gone] = [`127.0.0.1:${broker.port}`, `127.0.0.1:${closed}`];
    const right = await secrets.inFile('the right password', accepted);
    const [own, client] = [curveKeyPair(), curveKeyPair()];
    const curve = await secrets.inFile('the key', secrets.know('key of a feed', own.secretKey));
    const sources: Readonly<Record<string, string>> = {
      accepted: `mqtt://line:${right}@${here}/plant/weight`,
      topic: `mqtt://line:${right}@${here}/plant/${secrets.byVariable('part of a topic')}?state=${secrets.plant('state topic')}`,
      refused: `mqtt://${secrets.byVariable('refused user')}:${await secrets.byFile('refused password', hard)}@${here}/plant/x`,
      gone: `mqtt://${secrets.plant('signal user')}:${secrets.plant('signal password')}@${gone}/plant/x`,
      'no-tls': `mqtts://line:${secrets.byVariable('signal over tls', hard)}@127.0.0.1:${webPort}/plant/x`,
      sparkplug: `sparkplug+mqtt://line:${secrets.byVariable('sparkplug signal', hard)}@${here}/dairy/filler#speed`,
      opcua: `opc.tcp://line:${await secrets.byFile('opcua password', hard)}@${gone}#ns=2;s=Line.Speed`,
      all: secrets.inVariable('a source', `mqtt://u:${secrets.plant('in a source by variable')}@${gone}/plant/x`),
    };
    const feeds: readonly object[] = [
      { id: 'accepted', url: `mqtt://line:${right}@${here}`, mqtt: { commands: ['recipe'], homeAssistant: true } },
      { id: 'refused', url: `mqtt://line:${await secrets.byFile('feed password', hard)}@${here}` },
      { id: 'gone', url: `mqtt://${secrets.plant('feed user')}:${secrets.plant('literal feed password')}@${gone}` },
      { id: 'no-tls', url: `mqtts://line:${secrets.byVariable('feed over tls')}@127.0.0.1:${webPort}` },
      { id: 'sparkplug', url: `sparkplug+mqtt://line:${secrets.byVariable('sparkplug feed', hard)}@${here}` },
      { id: 'all', url: secrets.inVariable('a feed', `mqtt://u:${secrets.plant('in a feed by variable')}@${gone}`) },
      {
        ...{ id: 'curve', url: `zmq+tcp://127.0.0.1:${free}` },
        zeromq: { secretKey: curve, clients: [client.publicKey] },
      },
      {
        ...{ id: 'no-key', url: `zmq+ipc://${dir.join('feed')}` },
        zeromq: { secretKey: secrets.byVariable('no key'), clients: [client.publicKey] },
      },
    ];
    const plc = `modbus+tcp://${secrets.plant('plc user')}:${secrets.plant('plc password')}@${gone}`;
    const shared = { camera: 'good', rules: ['light-good'], reject: 'coil:0', delay: '1s' };
    const mes = (place: string): string =>
      `http://line:${secrets.byVariable(`password of ${place}`, hard)}@127.0.0.1:${webPort}/${place}?token=${secrets.plant(`token of ${place}`)}`;
    config = await configure(dir.join('lineside.yaml'), {
      device: 'line-1',
      cameras: [{ id: 'good', url: blinking(), fps: 5, models: ['bright'] }],
      models: [await brightModel(dir.path)],
      rules: [brightRule('good')],
      signals: Object.entries(sources).map(([id, source]) => ({ id, source })),
      feeds,
      outputs: [
        { id: 'literal', url: plc, ...shared },
        {
          id: 'all',
          url: secrets.inVariable('an output', plc.replace('plc', secrets.plant('output user'))),
          ...shared,
        },
      ],
      plant: [{ url: await secrets.inFile('a plant', `log:${secrets.plant('plant')}`) }],
      production: { planFrom: { url: mes('plan'), every: '1s' }, actualsTo: [{ url: mes('actuals'), every: '1s' }] },
      alerts: {
        to: [
          { id: 'hook', url: `http://${gone}/${secrets.plant('hook token')}` },
          { id: 'topic', url: `mqtt://line:${await secrets.byFile('alert password', hard)}@${here}/alerts` },
          { id: 'hidden', url: `mqtt://line:${right}@${gone}/${secrets.byVariable('topic of alerts')}` },
        ],
        light: {
          url: secrets.inVariable('a light', `modbus+tcp://u:${secrets.plant('light')}@${gone}`),
          red: 'coil:8',
        },
      },
      log: { level: 'debug' },
      status: { listen: '127.0.0.1:0' },
    });
    typed = [
      `opc.tcp://line:${secrets.plant('typed with a slash', '/')}@${gone}#ns=2;s=Line.Speed`,
      `modbus+tcp://line:${secrets.plant('typed for modbus')}@${gone}/coil:0`,
      `unknown://line:${secrets.plant('typed for nothing')}@${gone}/coil:0`,
    ];
    data = dir.join('data');
    const args = [...FROM_SOURCE, MAIN, 'run', '--config', config, '--data', data, '--json'];
    line = resources.use(await startProcess(NODE, args, { env: environment() }));
    page = await waitFor('the page', () => /"page":"([^"]+)"/.exec(line.stdout)?.[1], { withinMs: 60_000 });
    const arm = ['plant', 'arm', 'literal', '--by', 'a person'];
    await waitFor('an output to be armed', async () => (await run(...arm)).code === 0, { withinMs: 30_000 });
    await waitFor(
      'all feeds, outputs and sources to say what is wrong',
      async () => {
        const { feeds: seen } = Problems.parse(JSON.parse(await ask('/api/v1/status')));
        const { outputs } = Outputs.parse(JSON.parse(await ask('/api/v1/outputs')));
        const isUp = ({ id }: { readonly id: string }): boolean => id === 'accepted' || id === 'curve';
        expect(seen.filter((one) => (isUp(one) ? !one.connected : one.problem === undefined))).toEqual([]);
        expect(outputs.filter(({ problem }) => problem === undefined)).toEqual([]);
        expect(line.stderr.match(/no connection to a source of signals/g)?.length).toBeGreaterThanOrEqual(6);
        return true;
      },
      { withinMs: 60_000 },
    );
  });

  afterAll(() => resources.disposeAsync());

  it('has written what is wrong, and no secret, to its log and output', () => {
    for (const code of ['signals_unreachable', 'feed_down', 'plant_unreachable']) expect(line.stderr).toContain(code);
    expect(secrets.leaksIn(allOf(line))).toEqual([]);
  });

  it.each(['/', '/metrics', '/api/v1/status', '/api/v1/signals', '/api/v1/outputs', '/api/v1/production'])(
    'shows no secret at %s',
    async (path) => {
      const text = await ask(path);
      expect(text).not.toBe('');
      expect(secrets.leaksIn(text)).toEqual([]);
    },
  );

  it('shows the topics that are written in the configuration, and of others the reference', async () => {
    const shown = [await ask('/api/v1/signals'), (await run('config', 'show')).stdout];
    for (const text of shown) {
      expect(text).toContain('/plant/weight');
      expect(text).toContain('/plant/${env:PART_OF_A_TOPIC}');
    }
  });

  it.each([
    ...['status', 'status --json', 'config show', 'config check', 'doctor --json', 'plant outputs', 'signal list'],
    ...['signal list --json', 'production', 'alerts list', 'alerts test'],
  ])('prints no secret for lineside %s', async (verb) => {
    const { stdout, stderr } = await run(...verb.split(' '));
    expect(stdout).not.toBe('');
    expect(stderr).not.toContain('a fault of Lineside');
    expect(secrets.leaksIn(stdout + stderr)).toEqual([]);
  });

  it.each(['browse', 'test', 'read'])(
    'does not say an address with its password again for lineside plant %s',
    async (verb) => {
      for (const url of typed) {
        const { code, stdout, stderr } = await run('plant', verb, url);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain('127.0.0.1');
        expect(secrets.leaksIn(stdout + stderr)).toEqual([]);
      }
    },
  );

  it('has no secret in the support bundle', async () => {
    await writeFile(dir.join('service.log'), line.stderr);
    const bundle = dir.join('case.tar.gz');
    const { code, stderr } = await run('support-bundle', '--log', dir.join('service.log'), '-o', bundle);
    expect(stderr.replaceAll(/^still checking: .*\n/gm, '')).toBe('');
    expect(code).toBe(0);
    const { stdout } = await runProcess('tar', ['-xzOf', bundle]);
    expect(stdout).toContain('signals_unreachable');
    expect(await secrets.leaksInArchive(bundle)).toEqual([]);
  });

  it('has no secret in the arguments of its processes, nor on the disk but in the copy of the configuration', async () => {
    const pids = [line.pid, ...descendantsOf(line.pid)];
    expect(pids.length).toBeGreaterThan(3);
    expect(secrets.leaksIn(pids.map(commandLineOf).join('\n'))).toEqual([]);
    expect(await secrets.filesWithLeaks(data)).toEqual([]);
  });
});
