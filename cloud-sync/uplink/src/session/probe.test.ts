import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '@lineside/kit';
import { freePort } from '../../../../tests/support/free-port.ts';
import { type Mosquitto, startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { TestAuthority, type TestCertificate } from '../../../../tests/support/test-authority.ts';
import type { UplinkProblem } from '../ports/index.ts';
import { BrokerSession, type SessionEvents, type SessionOptions } from './broker-session.ts';
import type { BrokerAccess } from './client-options.ts';
import { probeBroker } from './probe.ts';

const HERE = '127.0.0.1';
let dir: TempDir;
let authority: TestAuthority;
let other: TestAuthority;
let server: TestCertificate;
let device: TestCertificate;

const broker = ({ certFile, keyFile }: TestCertificate, ...more: string[]): Promise<Mosquitto> =>
  startMosquitto({ config: [`certfile ${certFile}`, `keyfile ${keyFile}`, ...more] });
const secure = ({ port }: { port: number }): string => `mqtts://127.0.0.1:${port}`;

const EVENTS: SessionEvents = {
  message: () => undefined,
  noSubscribers: () => undefined,
  ready: () => undefined,
  problem: () => undefined,
};
function settingsOf(access: BrokerAccess): SessionOptions {
  const will = { topic: 'lineside/v1/line-1/state', payload: Buffer.from('{}'), qos: 1, retain: true } as const;
  return { ...access, device: 'line-1', connectMs: 5_000, keepaliveS: 15, will, clock: systemClock };
}

/** What the doctor reports, and what the service meets: they must agree. */
async function problemOf(access: BrokerAccess): Promise<UplinkProblem> {
  const probe = await probeBroker({ ...access, clientId: 'line-1-doctor', timeoutMs: 5_000 });
  if (probe.broker !== 'failed') throw new Error('the broker answers');
  await expect(BrokerSession.open(settingsOf(access), EVENTS, new AbortController().signal)).rejects.toMatchObject({
    problem: { code: probe.problem.code },
  });
  expect(probe.problem.advice).not.toBe('');
  return probe.problem;
}

beforeAll(async () => {
  dir = await tempDir('uplink-probe-');
  authority = await TestAuthority.make(dir.path, 'authority');
  other = await TestAuthority.make(dir.path, 'other-authority');
  server = await authority.issue('broker', HERE);
  device = await authority.issue('device', 'line-1');
});
afterAll(() => dir[Symbol.asyncDispose]());

test('a broker with a certificate of its own authority answers to a probe that knows the authority', async () => {
  await using own = await broker(server);
  const probe = await probeBroker({
    url: secure(own),
    tls: { ca: authority.ca },
    clientId: 'line-1-doctor',
    timeoutMs: 5_000,
  });
  expect(probe).toEqual({
    broker: 'answers',
    collector: 'absent',
    tookMs: expect.any(Number),
    certificateExpiresAtMs: expect.any(Number),
  });
});

test('a connection over TLS that is lost later is reported as lost, not as a fault of TLS', async () => {
  await using own = await broker(server);
  const access = { url: secure(own), tls: { ca: authority.ca } };
  const session = await BrokerSession.open(settingsOf(access), EVENTS, new AbortController().signal);
  await own.kill();
  expect(await session.closed).toMatchObject({ code: 'broker_lost' });
});

test('a broker whose authority is unknown is reported as untrusted, and the advice names the missing file', async () => {
  await using own = await broker(server);
  const { code, advice, message } = await problemOf({ url: secure(own) });
  expect(code).toBe('broker_tls_untrusted');
  expect(advice).toContain('uplink.ca');
  expect(message).toContain(`127.0.0.1:${own.port}`);
  expect((await problemOf({ url: secure(own), tls: { ca: other.ca } })).code).toBe('broker_tls_untrusted');
  await using alone = await broker(await authority.selfSigned('alone', HERE));
  const self = await problemOf({ url: secure(alone), tls: { ca: authority.ca } });
  expect(self).toMatchObject({ code: 'broker_tls_self_signed', message: expect.stringContaining('self-signed') });
});

test('a certificate that has expired, one of tomorrow and one for another host get codes of their own', async () => {
  const tls = { ca: authority.ca };
  await using late = await broker(await authority.issue('expired', HERE, -1000));
  const expired = await problemOf({ url: secure(late), tls });
  expect(expired.code).toBe('broker_tls_expired');
  expect(expired.advice).toContain('clock');
  const early = await authority.issue('early', HERE, 2 * 86_400_000, 86_400_000);
  await using tomorrow = await broker(early);
  const notYet = await problemOf({ url: secure(tomorrow), tls });
  expect(notYet).toMatchObject({ code: 'broker_tls_not_yet_valid', advice: expect.stringContaining('clock') });
  await using elsewhere = await broker(await authority.issue('elsewhere', 'broker.plant'));
  const wrongHost = await problemOf({ url: secure(elsewhere), tls });
  expect(wrongHost.code).toBe('broker_tls_wrong_host');
  expect(wrongHost.message).toContain('not in the cert');
});

test('a broker that wants a certificate of the device refuses none and a foreign one, and takes the right one', async () => {
  await using strict = await broker(server, `cafile ${authority.caFile}`, 'require_certificate true');
  const url = secure(strict);
  const ca = authority.ca;
  expect((await problemOf({ url, tls: { ca } })).code).toBe('broker_tls_certificate_refused');
  const stranger = await other.issue('stranger', 'line-1');
  const foreign = { ca, cert: stranger.cert, key: stranger.key };
  expect((await problemOf({ url, tls: foreign })).code).toBe('broker_tls_certificate_refused');
  const right = { ca, cert: device.cert, key: device.key };
  const probe = await probeBroker({ url, tls: right, clientId: 'line-1-doctor', timeoutMs: 5_000 });
  expect(probe.broker).toBe('answers');
});

test('a port without TLS, one with TLS that is taken for one without, a broker with another version of TLS, and files that are no certificates get codes of their own', async () => {
  await using plain = await startMosquitto();
  const tls = { ca: authority.ca };
  expect(await problemOf({ url: secure(plain), tls })).toMatchObject({ code: 'broker_tls_handshake' });

  const old = createServer({
    cert: server.cert,
    key: server.key,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  old.on('tlsClientError', () => undefined);
  const port = await freePort();
  await new Promise<void>((resolve) => old.listen(port, '127.0.0.1', resolve));
  expect(await problemOf({ url: secure({ port }), tls })).toMatchObject({ code: 'broker_tls_version' });
  old.close();
  await using encrypted = await broker(server);
  expect((await problemOf({ url: encrypted.url })).code).toBe('broker_closed');

  const bad = { ca: authority.ca, cert: 'no certificate', key: device.key };
  expect((await problemOf({ url: secure(plain), tls: bad })).code).toBe('broker_tls_files');
  const mixed = { ca: authority.ca, cert: device.cert, key: server.key };
  expect((await problemOf({ url: secure(plain), tls: mixed })).code).toBe('broker_tls_files');
});

test('nobody listening, a wrong password and a password in the URL are reported without the password', async () => {
  const port = await freePort();
  expect((await problemOf({ url: `mqtt://127.0.0.1:${port}` })).code).toBe('broker_refused');
  await using strict = await startMosquitto({ users: { 'line-1': 'right' } });
  const access = { url: strict.url, username: 'line-1', password: 'wrong' };
  expect((await problemOf(access)).code).toBe('credentials_refused');
  const { message } = await problemOf({ url: `mqtt://line-1:secret-42@127.0.0.1:${port}` });
  expect(message).not.toContain('secret-42');
});

test.each(['a:b', 'a/b', 'a#b?c@d', '100%'])('the password %s may stand in the URL of the broker', async (password) => {
  await using own = await startMosquitto({ users: { viewer: password } });
  const plain = own.url.replace('//', () => `//viewer:${password}@`);
  const encoded = own.url.replace('//', () => `//viewer:${encodeURIComponent(password)}@`);
  for (const url of [plain, encoded]) {
    expect(await probeBroker({ url, clientId: 'line-1-doctor', timeoutMs: 5_000 })).toMatchObject({
      broker: 'answers',
    });
  }
});
