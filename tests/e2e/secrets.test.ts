import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCode } from '@lineside/kit';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { configure } from '../support/appliance.ts';
import { freePort } from '../support/free-port.ts';
import { runHere } from '../support/lineside.ts';
import { fileURLToPath } from 'node:url';
import {
  commandLineOf,
  descendantsOf,
  FROM_SOURCE,
  NODE,
  startProcess,
  type TestProcess,
} from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';

const MAIN = fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url));

/** A secret that exists nowhere else. What it is made of needs encoding in a URL where `marks` has such characters. */
const planted = new Map<string, string>();
function plant(place: string, marks = ''): string {
  const secret = `Zq${planted.size}${marks}x${place.replaceAll(/\W/g, '')}7Kw`;
  planted.set(place, secret);
  return secret;
}

/** Every spelling of every planted secret, and its parts between the marks that divide a URL. */
function spellings(): readonly string[] {
  const parts = (secret: string): readonly string[] => secret.split(/[:/?#@&%]+/).filter((part) => part.length > 4);
  return [...planted.values()].flatMap((secret) => [secret, encodeURIComponent(secret), ...parts(secret)]);
}

function leaksIn(text: string): readonly string[] {
  return spellings().filter((secret) => text.includes(secret));
}

/** Files of a folder and of all folders in it, with their rights. */
async function filesOf(folder: string): Promise<readonly { readonly path: string; readonly mode: number }[]> {
  const names = await readdir(folder, { recursive: true });
  const files: { path: string; mode: number }[] = [];
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const about = await ifThere(path, stat(path));
    if (about !== undefined) files.push({ path, mode: about.mode & 0o777 });
  }
  return files;
}

/** What is asked of a file; undefined for a picture that got its final name since it was listed. */
async function ifThere<T>(path: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (path.endsWith('.new') && systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

describe('a line with a secret in every place that takes one, of which every thing is broken', {
  timeout: 90_000,
}, () => {
  const resources = new AsyncDisposableStack();
  const env: Record<string, string> = {};
  let dir: TempDir;
  let config: string;
  let data: string;
  let line: TestProcess;
  let page: string;

  /** A secret in a file, and the reference to it. */
  const byFile = async (place: string, marks = ''): Promise<string> => {
    const name = place.replaceAll(/\W/g, '-');
    await writeFile(dir.join(name), `${plant(place, marks)}\n`, { mode: 0o600 });
    return `\${file:./${name}}`;
  };
  const byVariable = (place: string, marks = ''): string => {
    const name = place.replaceAll(/\W/g, '_').toUpperCase();
    env[name] = plant(place, marks);
    return `\${env:${name}}`;
  };

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-secrets-'));
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
      'refused-user': `rtsp://${plant('user')}:${plant('password')}@127.0.0.1:${closed}/live`,
      'refused-query': `rtsp://127.0.0.1:${closed}/cam?usr=${plant('query user')}&pwd=${plant('query')}&channel=1`,
      'refused-path': `http://127.0.0.1:${closed}/${plant('path token')}/video`,
      slash: `rtsp://admin:12/${plant('after a slash')}@127.0.0.1:${closed}/live`,
      'auth-file': `rtsp://line:${await byFile('password by file', hard)}@127.0.0.1:${rtspPort}/product`,
      'auth-variable': `rtsp://${byVariable('user by variable', '@')}:${byVariable('password by variable', hard)}@127.0.0.1:${rtspPort}/product`,
      'auth-query': `rtsp://127.0.0.1:${rtspPort}/product?pwd=${await byFile('query by file', hard)}`,
      missing: `http://127.0.0.1:${webPort}/${byVariable('path by variable')}?sid=${byVariable('query by variable', '&')}`,
      tls: `rtsps://line:${byVariable('password over tls')}@127.0.0.1:${rtspPort}/${byVariable('path over tls')}`,
      https: `https://127.0.0.1:${webPort}/video?token=${byVariable('token over tls')}`,
      host: `rtsp://u:${byVariable('password of no host')}@no-such-host.invalid/${plant('path of no host')}`,
      all: byVariable('the URL'),
    };
    planted.delete('the URL');
    env['THE_URL'] =
      `rtsp://u:${plant('in a URL by variable')}@127.0.0.1:${closed}/${plant('path in a URL')}?a=${plant('query in a URL')}`;
    const broken = Object.entries(urls).map(([id, url]) => ({ id, url, fps: 2, models: ['bright'] }));
    config = await configure(dir.join('lineside.yaml'), {
      device: 'line-1',
      cameras: [{ id: 'good', url: blinking(), fps: 5, models: ['bright'] }, ...broken],
      models: [await brightModel(dir.path)],
      rules: [brightRule('good')],
      uplink: {
        broker: `mqtt://${plant('broker user')}:${plant('broker', ':')}@127.0.0.1:${closed}`,
        password: await byFile('broker password'),
      },
      log: { level: 'debug' },
      status: { listen: '127.0.0.1:0' },
    });
    data = dir.join('data');
    await mkdir(data);
    await chmod(data, 0o777);
    const command = 'umask 000; exec "$@"';
    const run = [NODE, ...FROM_SOURCE, MAIN, 'run', '--config', config, '--data', data, '--json'];
    line = resources.use(await startProcess('sh', ['-c', command, 'sh', ...run], { env: { ...process.env, ...env } }));
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
    expect(leaksIn(line.stdout + line.stderr)).toEqual([]);
  });

  it.each(['/', '/healthz', '/metrics', '/api/v1/status', '/api/v1/events'])('shows no secret at %s', async (path) => {
    expect(leaksIn(await (await fetch(new URL(path, page))).text())).toEqual([]);
  });

  it.each(['doctor', 'doctor --json', 'status', 'status --json', 'config show', 'config check', 'events list --json'])(
    'prints no secret for lineside %s',
    async (verb) => {
      const args = [...verb.split(' '), '--config', config, '--data', data];
      const { stdout, stderr } = await runHere(args, { env: { ...process.env, ...env } });
      expect(stdout + stderr).not.toBe('');
      expect(leaksIn(stdout + stderr)).toEqual([]);
    },
    60_000,
  );

  it('prints no secret where FFmpeg is missing, or a file with a secret', async () => {
    const { stdout, stderr } = await runHere(['doctor', '--config', config, '--data', data], {
      env: { ...process.env, PATH: '/nowhere' },
    });
    expect(stdout + stderr).toContain('secret');
    expect(leaksIn(stdout + stderr)).toEqual([]);
  });

  it('has no secret in the arguments of any of its processes', () => {
    const pids = [line.pid, ...descendantsOf(line.pid)];
    expect(leaksIn(pids.map(commandLineOf).join('\n'))).toEqual([]);
  });

  it('keeps no secret on the disk but in the copy of the configuration, and nothing that others may read', async () => {
    const files = await filesOf(data);
    expect(files.map(({ path }) => path)).toContain(join(data, 'journal.db'));
    expect(files.filter(({ mode }) => (mode & 0o027) !== 0)).toEqual([]);
    for (const { path } of files.filter(({ path: file }) => !file.endsWith('.yaml'))) {
      const about = await ifThere(path, stat(path));
      const text = about?.isFile() === true ? await ifThere(path, readFile(path, 'latin1')) : undefined;
      if (text !== undefined) expect(leaksIn(text)).toEqual([]);
    }
  });
});
