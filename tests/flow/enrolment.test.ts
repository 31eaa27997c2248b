import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:tls';
import mqtt from 'mqtt';
import { authorityMark, readClaimCode, writeClaimCode } from '@lineside/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuthority } from '../../cloud-sync/collector/src/broker/index.ts';
import { certificateRequest } from '../../edge/src/enrolment/device-key.ts';
import { enrol, makeDeviceSecrets } from '../../edge/src/enrolment/index.ts';
import { collectorHere, collectorYaml, type RunningCollector, startCollector } from '../support/collector.ts';
import { lineside } from '../support/lineside.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const NEVER = new AbortController().signal;

let dir: TempDir;
let collector: RunningCollector;
let own: string[];

beforeAll(async () => {
  dir = await tempDir('enrolment-');
  const more = 'http: {listen: "127.0.0.1:0"}\nenrolment: {listen: "127.0.0.1:0"}\n';
  writeFileSync(dir.join('collector.yaml'), collectorYaml(more).replace('mqtt: {', 'mqtt: {tls: self, '));
  own = ['--config', dir.join('collector.yaml'), '--data', dir.join('data')];
  collector = await startCollector(dir.join('collector.yaml'), dir.join('data'));
});
afterAll(async () => {
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

interface Made {
  readonly id: string;
  readonly code: string;
  readonly collector: string;
}

async function claim(device: string, ...more: string[]): Promise<Made> {
  const { code, stdout, stderr } = await collectorHere(
    'device',
    'claim',
    device,
    '--by',
    'anna',
    '--json',
    ...own,
    ...more,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Made;
}

async function history(): Promise<readonly string[]> {
  const { stdout } = await collectorHere('device', 'claims', '--json', ...own);
  const value = JSON.parse(stdout) as { history: { claim: string; action: string; detail?: string; who: string }[] };
  return value.history.map(({ claim: id, action, detail = '', who }) => `${id} ${action} ${detail} ${who}`);
}

/** A device with a configuration and nothing else. */
function device(id: string): { readonly config: string; readonly secrets: string } {
  const config = dir.join(`${id}.yaml`, '..', id, 'lineside.yaml');
  return { config, secrets: dir.join(id, 'secrets') };
}

async function newDevice(id: string): Promise<ReturnType<typeof device>> {
  const made = device(id);
  const config = ['--config', made.config, '--device', id, '--camera', 'lavfi:testsrc2'];
  expect(await lineside(['init', ...config])).toMatchObject({ code: 0 });
  return made;
}

const place = (at: string) => ({ host: at.replace(/:\d+$/, ''), port: Number(at.replace(/^.*:/, '')) });

/** What the broker says to a device with these files; 'connected' or an error. */
async function connectWith(secrets: string): Promise<string> {
  const read = (name: string): Buffer => readFileSync(`${secrets}/${name}`);
  const papers = { ca: read('uplink-ca.crt'), cert: read('uplink.crt'), key: read('uplink.key') };
  const client = mqtt.connect(collector.at.mqtt, { protocolVersion: 5, reconnectPeriod: 0, ...papers });
  const { promise, resolve } = Promise.withResolvers<string>();
  client.on('connect', () => resolve('connected'));
  client.on('error', (error) => resolve(error.message));
  client.on('close', () => resolve('closed'));
  const said = await promise;
  await client.endAsync(true);
  return said;
}

describe('lineside enroll with a claim of the collector', () => {
  it('gets a certificate for a key that was made on the device, and the device can be taken back', async () => {
    const made = await claim('line-1', '--line', 'Packing 1', '--site', 'bakery/riga');
    const { config, secrets } = await newDevice('line-1');
    const enrolled = await lineside([
      'enroll',
      '--collector',
      made.collector,
      '--claim',
      made.code,
      '--config',
      config,
      '--json',
    ]);
    expect(enrolled).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(enrolled.stdout)).toMatchObject({ device: 'line-1', by: 'certificate', line: 'Packing 1' });
    expect(readdirSync(secrets).sort()).toEqual(['uplink-ca.crt', 'uplink-password', 'uplink.crt', 'uplink.key']);
    expect(statSync(`${secrets}/uplink.key`).mode & 0o777).toBe(0o600);
    expect(await lineside(['config', 'check', '--config', config])).toMatchObject({ code: 0 });
    await waitFor('the device to be let in', async () => (await connectWith(secrets)) === 'connected');
    // The password is for pictures.
    const password = readFileSync(`${secrets}/uplink-password`, 'utf8').trim();
    const authorization = `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}`;
    const asked = await fetch(`${collector.at.http}/releases/metadata/none`, { headers: { authorization } });
    expect(asked.status).toBe(404);

    const store = readFileSync(dir.join('data/collector.sqlite')).toString('latin1');
    const wal = readFileSync(dir.join('data/collector.sqlite-wal')).toString('latin1');
    const key = readFileSync(`${secrets}/uplink.key`, 'utf8').split('\n')[1] ?? '';
    for (const secret of [readClaimCode(made.code)?.secret ?? '', password, key]) {
      expect(secret.length).toBeGreaterThan(15);
      expect(store + wal + enrolled.stdout).not.toContain(secret);
    }
    expect(await history()).toEqual(expect.arrayContaining([`${made.id} made  anna`, `${made.id} used  127.0.0.1`]));

    const again = await lineside(['enroll', '--collector', made.collector, '--claim', made.code, '--config', config]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('has a collector already') });
    expect(await collectorHere('device', 'remove', 'line-1', ...own)).toMatchObject({ code: 0 });
    await waitFor('the device to be refused', async () => (await connectWith(secrets)) !== 'connected');
  });

  it('accepts a password where the broker knows devices by that, and says so where nothing takes enrolments', async () => {
    await using plainDir = await tempDir('enrolment-plain-');
    const more = 'http: {listen: "127.0.0.1:0"}\nenrolment: {listen: "127.0.0.1:0"}\n';
    writeFileSync(plainDir.join('collector.yaml'), collectorYaml(more));
    const files = ['--config', plainDir.join('collector.yaml'), '--data', plainDir.join('data')];
    await using plain = await startCollector(plainDir.join('collector.yaml'), plainDir.join('data'));
    const { stdout } = await collectorHere('device', 'claim', 'line-p', '--by', 'anna', '--json', ...files);
    const made = JSON.parse(stdout) as Made;
    const { config, secrets } = await newDevice('line-p');
    const enrolled = await lineside([
      'enroll',
      '--collector',
      made.collector,
      '--claim',
      made.code,
      '--config',
      config,
    ]);
    expect(enrolled).toMatchObject({ code: 0, stdout: expect.stringContaining('shows its password to the broker') });
    expect(readdirSync(secrets)).toEqual(['uplink-password']);
    const password = readFileSync(`${secrets}/uplink-password`, 'utf8').trim();
    await waitFor('the device to be let in', async () => {
      const client = mqtt.connect(plain.at.mqtt, {
        protocolVersion: 5,
        reconnectPeriod: 0,
        username: 'line-p',
        password,
      });
      client.on('error', () => undefined);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      client.on('connect', () => resolve(true));
      client.on('close', () => resolve(false));
      const isIn = await promise;
      await client.endAsync(true);
      return isIn;
    });
    const off = await collectorHere('device', 'claim', 'line-x', '--by', 'anna', '--data', plainDir.join('other'));
    expect(off).toMatchObject({ code: 2, stderr: expect.stringContaining('takes no enrolments') });
  });
});

describe('a claim', () => {
  it('is good for one device, which may ask again after a lost answer, and for nobody else', async () => {
    const made = await claim('line-2');
    const options = { collector: place(made.collector), claim: made.code, device: 'line-2', signal: NEVER };
    const [mine, others] = [await makeDeviceSecrets(), await makeDeviceSecrets()];
    const first = await enrol({ ...options, secrets: mine });
    expect(await enrol({ ...options, secrets: mine })).toEqual(first);
    const stolen = { code: 'enrolment_refused', message: expect.stringContaining('used by another device') };
    await expect(enrol({ ...options, secrets: others })).rejects.toMatchObject(stolen);
    // The key of the device with a password of somebody else, and the other way round.
    await expect(enrol({ ...options, secrets: { ...mine, password: others.password } })).rejects.toMatchObject(stolen);
    await expect(enrol({ ...options, secrets: { ...others, password: mine.password } })).rejects.toMatchObject(stolen);
    expect(new X509Certificate(first.certificate ?? '').subject).toBe('CN=line-2');
    expect((await history()).filter((line) => line.startsWith(made.id))).toEqual([
      ...Array.from({ length: 3 }, () => `${made.id} refused claim_used 127.0.0.1`),
      `${made.id} asked again  127.0.0.1`,
      `${made.id} used  127.0.0.1`,
      `${made.id} made  anna`,
    ]);
    // What was taken back cannot be asked for again.
    await collectorHere('device', 'remove', 'line-2', ...own);
    await expect(enrol({ ...options, secrets: mine })).rejects.toMatchObject({ message: /was cancelled/ });
  });

  it('is refused when it has expired, was cancelled, is for another device, or never was', async () => {
    const secrets = await makeDeviceSecrets();
    const short = await claim('line-3', '--for', '1ms');
    const at = place(short.collector);
    const base = { collector: at, secrets, signal: NEVER };
    await expect(enrol({ ...base, claim: short.code, device: 'line-3' })).rejects.toMatchObject({
      message: expect.stringContaining('has expired'),
      advice: expect.stringContaining('device claim'),
    });
    const open = await claim('line-3');
    await expect(enrol({ ...base, claim: open.code, device: 'line-4' })).rejects.toMatchObject({
      message: expect.stringContaining('for line-3, and this device is line-4'),
    });
    expect(await collectorHere('device', 'claim', 'line-3', '--cancel', '--by', 'anna', ...own)).toMatchObject({
      code: 0,
    });
    await expect(enrol({ ...base, claim: open.code, device: 'line-3' })).rejects.toMatchObject({
      message: /cancelled/,
    });
    const { authority = '' } = readClaimCode(open.code) ?? {};
    const invented = writeClaimCode({ secret: '0'.repeat(16), authority });
    await expect(enrol({ ...base, claim: invented, device: 'line-3' })).rejects.toMatchObject({
      message: expect.stringContaining('no such claim'),
    });
    await expect(enrol({ ...base, claim: `${open.code.slice(0, -1)}?`, device: 'line-3' })).rejects.toMatchObject({
      code: 'claim_invalid',
    });
    expect(await collectorHere('device', 'claim', 'line-3', '--for', '8000h', '--by', 'a', ...own)).toMatchObject({
      code: 2,
    });
    expect(await collectorHere('device', 'claim', '../x', '--by', 'a', ...own)).toMatchObject({ code: 2 });
  });

  it('names the authority by its own certificate', async () => {
    const { ca } = await openAuthority(dir.join('data/broker'));
    const mark = authorityMark(createHash('sha256').update(new X509Certificate(ca).raw).digest());
    expect(readClaimCode((await claim('line-9')).code)?.authority).toBe(mark);
  });

  it('is not even sent to a server that is not the collector', async () => {
    const made = await claim('line-5');
    const { config, secrets } = await newDevice('line-5');
    const foreign = await openAuthority(dir.join('foreign'));
    const { cert, key } = await foreign.server(['127.0.0.1']);
    const received: Buffer[] = [];
    const real = await openAuthority(dir.join('data/broker'));
    // One shows its own authority, one the collector's real one without a certificate that this has signed.
    for (const chain of [`${cert}${foreign.ca}`, `${cert}${real.ca}`]) {
      const server = createServer({ cert: chain, key }, (socket) => {
        socket.on('data', (data: Buffer) => received.push(data));
        socket.on('error', () => undefined);
      });
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const asked = await lineside([
        'enroll',
        '--collector',
        `127.0.0.1:${port}`,
        '--claim',
        made.code,
        '--config',
        config,
      ]);
      expect(asked.code).toBe(1);
      expect(asked.stderr).toMatch(/is not the collector that made this claim|unable to verify|self-signed/);
      server.close();
    }
    expect(Buffer.concat(received).toString('latin1')).toBe('');
    // The same device goes on with the same key afterwards.
    const pending = readFileSync(`${secrets}/enrolling.json`, 'utf8');
    expect(statSync(`${secrets}/enrolling.json`).mode & 0o777).toBe(0o600);
    const done = await lineside(['enroll', '--collector', made.collector, '--claim', made.code, '--config', config]);
    expect(done).toMatchObject({ code: 0 });
    const { key: made2 } = JSON.parse(pending) as { key: string };
    expect(readFileSync(`${secrets}/uplink.key`, 'utf8').trim()).toBe(made2.trim());
    expect(readdirSync(secrets)).not.toContain('enrolling.json');
  });
});

describe('the listener for enrolments', () => {
  // Of its own, because wrong attempts of the other tests came from the same address.
  let other: RunningCollector;

  beforeAll(async () => {
    const more = 'http: {listen: "127.0.0.1:0"}\nenrolment: {listen: "127.0.0.1:0"}\n';
    writeFileSync(dir.join('other.yaml'), collectorYaml(more));
    own = ['--config', dir.join('other.yaml'), '--data', dir.join('other')];
    other = await startCollector(dir.join('other.yaml'), dir.join('other'));
  });
  afterAll(() => other.stop());

  async function post(body: string, path = '/enroll', method = 'POST'): Promise<{ status: number; text: string }> {
    const { host, port } = place(other.at.enrolment ?? '');
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(
      { host, port, path, method, headers, rejectUnauthorized: false, agent: false },
      (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
    return promise;
  }

  it('answers nothing but enrolments, refuses hostile requests, and slows down who guesses', async () => {
    for (const path of ['/', '/api/v1/devices', '/metrics', '/healthz', '/enroll/../metrics']) {
      expect((await post('', path, 'GET')).status).toBe(404);
    }
    const made = await claim('line-6');
    const { secret = '' } = readClaimCode(made.code) ?? {};
    const secrets = await makeDeviceSecrets();
    const good = await certificateRequest('line-6', secrets.key);
    const base = { v: 1, device: 'line-6', secret, request: good, password: secrets.password };
    const hostile: readonly unknown[] = [
      { ...base, request: good.replace(/[A-Za-z0-9]{4}/, 'AAAA') },
      { ...base, request: `${good}${good}` },
      { ...base, request: await certificateRequest('line-1', secrets.key) },
      { ...base, request: await rsaRequest('line-6') },
      { ...base, request: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n' },
      { ...base, password: 'short' },
      { ...base, device: '../line-6' },
    ];
    for (const body of hostile) {
      const answer = await post(JSON.stringify(body));
      expect(answer.status, JSON.stringify(body).slice(0, 200)).toBe(400);
      expect(answer.text).not.toContain(secret);
    }
    expect((await post('{')).status).toBe(400);
    expect((await post('x'.repeat(20_000))).status).toBe(413);
    // None of it used the claim; but this address has made too many wrong attempts by now.
    let answer = await post(JSON.stringify({ ...base, secret: '0'.repeat(16) }));
    for (let i = 0; i < 12 && answer.status !== 429; i += 1) {
      expect(answer.status).toBe(403);
      answer = await post(JSON.stringify({ ...base, secret: '0'.repeat(16) }));
    }
    expect(answer.status).toBe(429);
    expect((await post(JSON.stringify(base))).status).toBe(429);
    expect((await history()).filter((line) => line.startsWith(made.id)).at(-1)).toBe(`${made.id} made  anna`);
    expect((await history()).some((line) => line.startsWith(`${made.id} used`))).toBe(false);
  });
});

/** A request that is in order, for a key of another kind. */
async function rsaRequest(name: string): Promise<string> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: Uint8Array.of(1, 0, 1),
    modulusLength: 2048,
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
  });
  return `${made.toString('pem')}\n`;
}
