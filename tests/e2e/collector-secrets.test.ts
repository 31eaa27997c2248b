import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import mqtt from 'mqtt';
import { loadConfig } from '../../cloud-sync/collector/src/index.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import {
  commandLineOf,
  descendantsOf,
  FROM_SOURCE,
  NODE,
  runProcess,
  startProcess,
  type TestProcess,
} from '../support/processes.ts';
import { S3Stub } from '../support/s3-stub.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const MAIN = fileURLToPath(new URL('../../cloud-sync/collector/src/cli/index.ts', import.meta.url));
const COMMANDS = ['status', 'device list', 'gaps', 'events list', 'verify'];

let dir: TempDir;
let env: Record<string, string>;
let planted: Set<string>;
const resources: AsyncDisposable[] = [];

beforeEach(async () => {
  dir = await tempDir('collector-secrets-');
  env = {};
  planted = new Set();
});
afterEach(async () => {
  for (const one of resources.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** A secret that exists nowhere else. */
function plant(place: string): string {
  const secret = `Zq${planted.size}${place}7KwZq${planted.size}9Lm`;
  planted.add(secret);
  return secret;
}

async function byFile(place: string): Promise<string> {
  await writeFile(dir.join(place), `${plant(place)}\n`, { mode: 0o600 });
  return `\${file:${dir.join(place)}}`;
}

const leaksIn = (text: string): readonly string[] =>
  [...planted].filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)));

async function configured(content: object | string): Promise<string> {
  const path = dir.join('collector.yaml');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const argsOf = (config: string, ...verb: readonly string[]): string[] => [
  ...[...FROM_SOURCE, MAIN, ...verb],
  ...['--config', config, '--data', dir.join('data')],
];

async function start(config: string): Promise<{ collector: TestProcess; at: { http: string; mqtt: string } }> {
  const collector = await startProcess(NODE, argsOf(config, 'run', '--json'), { env });
  resources.push(collector);
  const [ready] = await collector.waitForLine(/^\{"ready":true.*\}$/);
  return { collector, at: JSON.parse(ready) as { http: string; mqtt: string } };
}

/** What the collector answers at every address, to whoever has the token and to whoever has not. */
async function pages(http: string, token: string): Promise<string> {
  const paths = ['/', '/healthz', '/metrics', '/api/v1/stats', '/api/v1/devices', '/api/v1/events', '/api/v1/nothing'];
  const authorizations = ['', `Bearer ${token}`, 'Bearer wrong-token-wrong-token'];
  const answers = await Promise.all(
    paths.flatMap((path) =>
      authorizations.map(async (authorization) => {
        const response = await fetch(new URL(path, http), { headers: authorization === '' ? {} : { authorization } });
        return `${JSON.stringify([...response.headers])}${await response.text()}`;
      }),
    ),
  );
  return answers.join('\n');
}

async function filesIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return (await stat(path)).isFile() ? readFile(path, 'latin1') : '';
    }),
  );
  return texts.join('\n');
}

it('a collector with a secret in every place shows none, while broker and object store fail in turn', async () => {
  const [user, password] = [plant('broker-user'), plant('broker-password')];
  const broker = await startMosquitto({ users: { [user]: password } });
  const s3 = await S3Stub.start();
  resources.push(broker, s3);
  planted.add(s3.secretKey);
  await writeFile(dir.join('s3key'), s3.secretKey, { mode: 0o600 });
  const token = await byFile('page-token');
  const config = await configured({
    broker: `mqtt://${user}:${password}@127.0.0.1:${broker.port}?token=${plant('broker-query')}`,
    http: { listen: '127.0.0.1:0', token },
    media: {
      store: 's3',
      s3: {
        ...{ endpoint: s3.url, bucket: s3.bucket, region: s3.region, accessKey: s3.accessKey },
        secretKey: `\${file:${dir.join('s3key')}}`,
      },
    },
    mqtt: { listen: '127.0.0.1:0' },
    log: { level: 'debug' },
  });
  const { collector, at } = await start(config);
  const bearer = (await readFile(dir.join('page-token'), 'utf8')).trim();
  const added = await runProcess(
    NODE,
    argsOf(config, 'device', 'add', 'line-1', '--json', '--out', dir.join('device')),
    {
      env,
    },
  );
  expect(added.code).toBe(0);
  const device = (await readFile(dir.join('device'), 'utf8')).trim();
  planted.add(device);
  let written = added.stdout + added.stderr;

  s3.broken = 500;
  const picture = Buffer.from('a picture');
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const upload = async (secret: string): Promise<Response> =>
    fetch(new URL(`/media/line-1/${sha256}`, at.http), {
      method: 'PUT',
      headers: {
        'content-type': 'image/jpeg',
        authorization: `Basic ${Buffer.from(`line-1:${secret}`).toString('base64')}`,
      },
      body: picture,
    });
  for (const secret of [device, plant('wrong-device')]) {
    const answer = await upload(secret);
    expect(answer.ok).toBe(false);
    written += await answer.text();
  }
  await broker.stop();
  await waitFor('the lost broker to be reported', async () => !(await fetch(new URL('/healthz', at.http))).ok);
  written += await pages(at.http, bearer);
  for (const verb of COMMANDS.flatMap((one) => [one, `${one} --json`])) {
    const { stdout, stderr } = await runProcess(NODE, argsOf(config, ...verb.split(' ')), { env });
    written += `\n${verb}: ${stdout}${stderr}`;
  }
  written += [collector.pid, ...descendantsOf(collector.pid)].map(commandLineOf).join('\n');
  expect(written).toMatch(/verify: /);
  expect(leaksIn(written)).toEqual([]);
  expect(leaksIn(collector.stdout + collector.stderr)).toEqual([]);
  expect(leaksIn(await filesIn(dir.join('data')))).toEqual([]);
});

it('a managed broker has no password of a device or of the collector in its arguments, its log or its files', async () => {
  const config = await configured({
    ...{ mqtt: { listen: '127.0.0.1:0' }, http: { listen: '127.0.0.1:0' }, log: { level: 'debug' } },
  });
  const { collector, at } = await start(config);
  const added = await runProcess(
    NODE,
    argsOf(config, 'device', 'add', 'line-1', '--json', '--out', dir.join('device')),
    {
      env,
    },
  );
  expect(added.code).toBe(0);
  const right = (await readFile(dir.join('device'), 'utf8')).trim();
  planted.add(right);
  for (const password of [plant('wrong-password'), right]) {
    const connecting = mqtt.connectAsync(at.mqtt, {
      protocolVersion: 5,
      username: 'line-1',
      password,
      reconnectPeriod: 0,
    });
    if (password === right) await (await connecting).endAsync(true);
    else await expect(connecting).rejects.toThrow();
  }
  const processes = [collector.pid, ...descendantsOf(collector.pid)].map(commandLineOf);
  expect(processes.join('\n')).toContain('mosquitto');
  expect(leaksIn([...processes, collector.stdout, collector.stderr, added.stdout].join('\n'))).toEqual([]);
  expect(leaksIn(await filesIn(dir.join('data')))).toEqual([]);
});

it('a configuration that is refused is explained without the secrets in it', async () => {
  const literal = plant('literal');
  const s3 = { bucket: 'pictures', accessKey: 'access', secretKey: literal };
  const faults: readonly (readonly [object | string, RegExp])[] = [
    [{ media: { store: 's3', s3 } }, /media\.s3\.secretKey/],
    [{ http: { token: literal } }, /http\.token/],
    [{ mqtt: { password: literal } }, /mqtt\.password/],
    [{ store: `postgres://lineside:${literal}@127.0.0.1/db` }, /store/],
    [{ broker: `http://user:${literal}@127.0.0.1` }, /broker/],
    [{ mqtt: { another: literal } }, /another/],
    [`mqtt: {password: "${literal}\n`, /mistake/],
    [`http: {token: ${literal}: ${literal}}\n`, /mistake/],
  ];
  for (const [content, expected] of faults) {
    const file = await configured(content);
    let message = '';
    try {
      loadConfig({ file, data: dir.join('data'), env });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(expected);
    expect({ content, leaks: leaksIn(message) }).toEqual({ content, leaks: [] });
  }
});
