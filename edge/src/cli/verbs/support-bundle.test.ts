import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { runProcess } from '../../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { TestAuthority } from '../../../../tests/support/test-authority.ts';
import { openTestJournal } from '../../../../tests/support/test-journal.ts';
import { Scrubber } from '../../support/index.ts';

/** Each is planted somewhere else; none of them looks like another. */
const PLANTED = {
  urlLiteral: 'Kx7-literal-in-url',
  urlFile: 'p@ss/from file&7',
  urlEnv: 'env-Zq81-value',
  query: 'TOKENinQUERY55',
  mqtt: 'mqtt-PassWord-93',
  credential: 'systemd-Cred-17',
  envOnly: 'only-in-env-4242',
  logUrl: 'login-in-log-66',
  logNamed: 'named-in-log-77',
  logJson: 'json-in-log-88',
  logBearer: 'eyJhbGciOi.bearer.abc',
  ffmpeg: 'ffmpeg-line-99',
  audit: 'audit-body-31',
  plant: 'plant-word-53',
  output: 'output-word-64',
};
const ENV = (dir: TempDir): Record<string, string | undefined> => ({
  ...process.env,
  CAMERA_ACCESS: PLANTED.urlEnv,
  PLANT_API_TOKEN: PLANTED.envOnly,
  CREDENTIALS_DIRECTORY: dir.join('credentials'),
});

async function site(dir: TempDir): Promise<string> {
  const authority = await TestAuthority.make(dir.path, 'authority');
  const { key } = await authority.issue('device', 'line-1');
  await mkdir(dir.join('credentials'));
  await mkdir(dir.join('data'));
  await writeFile(dir.join('credentials/plant'), PLANTED.credential);
  await writeFile(dir.join('camera-password'), PLANTED.urlFile);
  await writeFile(dir.join('mqtt-password'), `${PLANTED.mqtt}\n`);
  await writeFile(dir.join('plant-url'), `log:${PLANTED.plant}\n`);
  await writeFile(dir.join('output-url'), `modbus+tcp://line:${PLANTED.output}@127.0.0.1:1\n`);
  const journal = openTestJournal(dir.join('data'));
  journal.append([
    {
      stream: 'audit',
      kind: 'audit',
      body: { action: 'note', text: `plant login ${PLANTED.credential}`, password: PLANTED.audit },
    },
    { stream: 'telemetry', kind: 'counters', body: { camera: 'a', source: `rtsp://viewer:${PLANTED.logUrl}@host/1` } },
  ]);
  journal.close();
  const lines = [
    'device: line-1',
    'cameras:',
    `  - {id: a, url: "rtsp://viewer:${PLANTED.urlLiteral}@127.0.0.1:1/live", models: [defect]}`,
    '  - {id: b, url: "rtsp://viewer:${file:./camera-password}@127.0.0.1:1/live"}',
    `  - {id: c, url: "http://127.0.0.1:1/video?channel=1&pwd=${PLANTED.query}"}`,
    '  - {id: d, url: "rtsp://u:${env:CAMERA_ACCESS}@127.0.0.1:1/live"}',
    'signals: [{id: s, source: "mqtt://line:${credential:plant}@127.0.0.1:1/topic"}]',
    'rules: [{id: r, type: product_defect, camera: a}]',
    'plant: [{url: "${file:./plant-url}"}]',
    'outputs: [{id: o, camera: a, rules: [r], url: "${file:./output-url}", reject: "coil:0", delay: 1s}]',
    'uplink: {broker: "mqtts://127.0.0.1:1", username: line-1, password: "${file:./mqtt-password}", cert: ./device.crt, key: ./device.key}',
  ];
  await writeFile(dir.join('lineside.yaml'), lines.join('\n'));
  const log = [
    `{"level":50,"msg":"cannot open rtsp://viewer:${PLANTED.logUrl}@10.0.0.9/1"}`,
    `{"level":30,"mqttPassword":"${PLANTED.logJson}","token":"${PLANTED.envOnly}"}`,
    `plain words: password=${PLANTED.logNamed} and Authorization: Bearer ${PLANTED.logBearer}`,
    `{"level":50,"msg":"no connection to log:${PLANTED.plant} and ${PLANTED.output}"}`,
    `{"level":30,"msg":"encoded ${encodeURIComponent(PLANTED.urlFile)} and ${PLANTED.mqtt} in the middle"}`,
    key,
    'the last line is ordinary: camera a delivers 25 frames a second',
  ];
  await writeFile(dir.join('service.log'), log.join('\n'));
  return key;
}

/** A service whose FFmpeg quotes what it should not. */
async function service(dir: TempDir): Promise<AsyncDisposable> {
  const jpeg = Buffer.from('ffd8ffe0', 'hex');
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (url.includes('picture.jpg')) return void response.end(jpeg);
    if (url.endsWith('/log')) {
      const text = `Opening rtsp://viewer:${PLANTED.ffmpeg}@127.0.0.1/live, user ${PLANTED.urlLiteral}`;
      return void response.end(JSON.stringify({ camera: 'a', lines: [{ atMs: 1, text }] }));
    }
    if (url === '/metrics') return void response.end('lineside_up 1\n');
    response.end(
      JSON.stringify({ v: 1, cameras: [{ id: 'a', state: 'failed' }], health: { reasons: [], warnings: [] } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(dir.join('data/control.sock'), resolve));
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

const run = (dir: TempDir, ...more: string[]): ReturnType<typeof runHere> => {
  const paths = ['--config', dir.join('lineside.yaml'), '--data', dir.join('data'), '--log', dir.join('service.log')];
  return runHere(['support-bundle', ...paths, ...more], { env: ENV(dir) });
};

async function filesBelow(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return Object.fromEntries(paths.map((path, n) => [path.split('/').slice(-1)[0] ?? path, texts[n] ?? '']));
}

describe('lineside support-bundle', () => {
  it('lists and writes one archive with no secret in it, wherever they were planted', async () => {
    await using dir = await tempDir();
    const key = await site(dir);
    await using _service = await service(dir);
    const listed = await run(dir, '--list');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^It would contain, without secrets:\n(?: {2}\S+ +\d+ bytes {2}.+\n)+$/);
    expect(await readdir(dir.path)).not.toContain('case.tar.gz');

    const { code, stdout, stderr } = await run(dir, '--output', dir.join('case.tar.gz'));
    expect(code).toBe(0);
    expect((await stat(dir.join('case.tar.gz'))).mode & 0o777).toBe(0o600);
    await mkdir(dir.join('out'));
    await runProcess('tar', ['-xzf', dir.join('case.tar.gz'), '-C', dir.join('out')]);
    const files = await filesBelow(dir.join('out'));
    expect(Object.keys(files).sort()).toEqual([
      ...['a.json', 'audit.jsonl', 'configuration.yaml', 'doctor.json', 'doctor.txt', 'host.txt', 'journal.json'],
      ...['log.jsonl', 'metrics-history.jsonl', 'metrics.txt', 'signals.json', 'status.json'],
    ]);
    const all = [...Object.values(files), stdout, stderr].join('\n');
    const spellings = Object.values(PLANTED).flatMap((secret) => [secret, encodeURIComponent(secret)]);
    const keyLines = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    for (const secret of [...spellings, ...keyLines]) expect(all.includes(secret), secret).toBe(false);
    // What helps is still there.
    expect(files['log.jsonl']).toContain('the last line is ordinary: camera a delivers 25 frames a second');
    expect(files['configuration.yaml']).toContain('password: ${file:./mqtt-password}');
    expect(files['configuration.yaml']).toContain('rtsp://***@127.0.0.1:1/live');
    expect(files['doctor.txt']).toMatch(/camera_refused/);
    expect(JSON.parse(files['journal.json'] ?? '')).toMatchObject({ stats: { audit: { next: 2 } } });
    expect(files['a.json']).toContain('Opening rtsp://***@127.0.0.1/live');
  });

  it('has pictures on request only, and of a broken configuration what is wrong and not its text', async () => {
    await using dir = await tempDir();
    await site(dir);
    await using _service = await service(dir);
    await writeFile(dir.join('lineside.yaml'), `device: line-1\nmqtt-password: ${PLANTED.mqtt}\n`);
    const { code, stdout } = await run(dir, '--stills', '--json', '-o', dir.join('x.tar.gz'));
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout) as { files: readonly { name: string }[] };
    expect(files.map(({ name }) => name)).toContain('stills/a.jpg');
    await mkdir(dir.join('out'));
    await runProcess('tar', ['-xzf', dir.join('x.tar.gz'), '-C', dir.join('out')]);
    const written = await filesBelow(dir.join('out'));
    expect(written['configuration.yaml']).toContain('unknown_key');
    expect(Object.values(written).join('\n')).not.toContain(PLANTED.mqtt);
  });
});

describe('the scrubber', () => {
  const scrubber = new Scrubber(['hunter22', 'two words']);

  it.each([
    ['nothing of this is a secret: 25 fps, key frames 2 s', 'nothing of this is a secret: 25 fps, key frames 2 s'],
    ['x hunter22 y two words', 'x *** y ***'],
    ['{"password":"a b\\" c","n":1}', '{"password":"***","n":1}'],
    ["pwd: 'x y'; secret=abc def", "pwd: '***'; secret=*** def"],
    ['MQTT_PASSWORD=abc', 'MQTT_PASSWORD=***'],
    ['password: ${file:/a/b}', 'password: ${file:/a/b}'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: ***'],
    ['-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\nnext', '*** private key ***\nnext'],
    ['"-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----\\n"', '"*** private key ***\\n"'],
  ])('%s', (text, scrubbed) => {
    expect(scrubber.scrub(text)).toBe(scrubbed);
    expect(scrubber.leaks(scrubbed)).toBe(false);
  });

  it('sees a known secret that is left', () => {
    expect(scrubber.leaks('a hunter22 b')).toBe(true);
  });
});
