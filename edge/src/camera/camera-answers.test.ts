import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { freePort } from '../../../tests/support/free-port.ts';
import { scriptedRtsp } from '../../../tests/support/scripted-rtsp.ts';
import type { CameraStatus, StreamErrorCode } from '../domain/index.ts';
import { readAuthMethods } from './auth-methods.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { probeSource } from './probe-source.ts';

const capabilities = await probeFfmpeg();
const SHA = 'Digest realm="c", nonce="a1", algorithm=SHA-256, qop="auth"';
const MD5 = 'Digest realm="c", nonce="a1"';

type Transport = 'tcp' | 'udp';
type CameraError = NonNullable<CameraStatus['error']>;

/** The first error that a live camera reports. */
async function cameraError(url: string, transport: Transport): Promise<CameraError> {
  const found = Promise.withResolvers<CameraError>();
  const tools = { capabilities, pool: new BufferPool(), clock: systemClock, random: () => 0.5, logger: silentLogger };
  const options = { id: 'c', url, transport, fps: 5, mode: 'live', formats: [] } as const;
  const camera = new FfmpegCamera(options, tools, {
    frame: () => undefined,
    status: ({ error }) => {
      if (error !== undefined) found.resolve(error);
    },
  });
  const end = new AbortController();
  const ran = camera.run(end.signal);
  const error = await found.promise.finally(() => end.abort());
  await ran;
  return error;
}

async function probeError(url: string, transport: Transport): Promise<unknown> {
  return probeSource(url, transport, capabilities, systemClock, AbortSignal.timeout(600_000)).catch(
    (error: unknown) => error,
  );
}

async function bothReport(url: string, transport: Transport, code: StreamErrorCode, words: RegExp): Promise<void> {
  const [camera, probe] = await Promise.all([cameraError(url, transport), probeError(url, transport)]);
  for (const error of [camera, probe]) {
    expect(error).toMatchObject({ code, advice: expect.stringMatching(/\S/) as string });
    expect(`${(error as Error).message} ${(error as CameraError).advice}`).toMatch(words);
    expect((error as Error).message).not.toMatch(/s3cret|viewer:/);
  }
}

describe.concurrent('what an RTSP camera answers is handed on', () => {
  it.each<[StreamErrorCode, Record<string, string>, RegExp]>([
    ['bad_request', { DESCRIBE: '400 Bad Request' }, /400 Bad Request.*path/s],
    ['auth', { DESCRIBE: `401 Unauthorized\r\nWWW-Authenticate: ${MD5}` }, /401 Unauthorized.*password/s],
    ['auth', { OPTIONS: '401 Unauthorized\r\nWWW-Authenticate: Basic realm="c"' }, /password/],
    ['auth', { DESCRIBE: '403 Forbidden' }, /403 Forbidden/],
    ['auth_method', { DESCRIBE: `401 Unauthorized\r\nWWW-Authenticate: ${SHA}` }, /Digest with SHA-256.*MD5/s],
    ['auth', { DESCRIBE: `401 No\r\nWWW-Authenticate: ${SHA}\r\nWWW-Authenticate: ${MD5}` }, /password/],
    ['not_found', { DESCRIBE: '404 Not Found' }, /404 Not Found.*path/s],
    ['rejected', { DESCRIBE: '415 Unsupported Media Type' }, /415 Unsupported Media Type/],
    ['no_bandwidth', { SETUP: '453 Not Enough Bandwidth' }, /453 Not Enough Bandwidth.*viewers.*sub-stream/s],
    ['no_bandwidth', { PLAY: '453 Not Enough Bandwidth' }, /PLAY: 453/],
    ['rejected', { SETUP: '454 Session Not Found' }, /454 Session Not Found/],
    ['rejected', { PLAY: '455 Method Not Valid in This State' }, /455/],
    ['transport', { SETUP: '461 Unsupported Transport' }, /461 Unsupported Transport.*`transport: udp`/s],
    ['internal_error', { DESCRIBE: '500 Internal Server Error' }, /500 Internal Server Error.*Restart/s],
    ['busy', { DESCRIBE: '503 Service Unavailable' }, /503 Service Unavailable.*viewers/s],
    ['internal_error', { DESCRIBE: '551 Option not supported' }, /551/],
  ])('as %s: %j', async (code, script, words) => {
    await using server = await scriptedRtsp(script);
    await bothReport(`rtsp://viewer:s3cret@127.0.0.1:${server.port}/live`, 'tcp', code, words);
  });

  it('as transport when it has TCP only and UDP is configured', async () => {
    await using server = await scriptedRtsp({ SETUP: '461 Unsupported Transport' });
    await bothReport(`rtsp://127.0.0.1:${server.port}/live`, 'udp', 'transport', /461.*`transport: tcp`/s);
  });

  it('as transport when it accepts UDP and nothing arrives', async () => {
    await using server = await scriptedRtsp({});
    await bothReport(`rtsp://127.0.0.1:${server.port}/live`, 'udp', 'transport', /UDP.*`transport: tcp`/s);
  });

  it('as a log-in without a user name', async () => {
    await using server = await scriptedRtsp({ DESCRIBE: `401 Unauthorized\r\nWWW-Authenticate: ${MD5}` });
    await bothReport(`rtsp://127.0.0.1:${server.port}/live`, 'tcp', 'auth', /no user name/);
  });

  it('as a time-out when it accepts the connection and answers nothing', async () => {
    await using server = await scriptedRtsp('silent');
    await bothReport(`rtsp://127.0.0.1:${server.port}/live`, 'tcp', 'timed_out', /did not answer/);
  });

  it('also when the URL is written in capitals', async () => {
    await using server = await scriptedRtsp({ DESCRIBE: '404 Not Found' });
    await bothReport(`RTSP://viewer:s3cret@127.0.0.1:${server.port}/live`, 'tcp', 'not_found', /404/);
  });

  it('also of another place to which it redirects', async () => {
    await using target = await scriptedRtsp({ DESCRIBE: '404 Not Found' });
    const location = `302 Found\r\nLocation: rtsp://127.0.0.1:${target.port}/elsewhere`;
    await using server = await scriptedRtsp({ DESCRIBE: location });
    await bothReport(`rtsp://127.0.0.1:${server.port}/live`, 'tcp', 'not_found', /404 Not Found/);
  });

  it('as unknown_host and refused when there is no camera at all', async () => {
    await bothReport('rtsp://viewer:s3cret@camera.invalid/live', 'tcp', 'unknown_host', /camera\.invalid.*DNS/s);
    await bothReport(`rtsp://viewer:s3cret@127.0.0.1:${await freePort()}/live`, 'tcp', 'refused', /port/);
  });
});

describe.concurrent('what a camera answers over HTTP is handed on', () => {
  it.each<[StreamErrorCode, number, Record<string, string>, RegExp]>([
    ['bad_request', 400, {}, /400/],
    ['auth', 401, { 'WWW-Authenticate': MD5 }, /401/],
    ['auth_method', 401, { 'WWW-Authenticate': SHA }, /Digest with SHA-256/],
    ['not_found', 404, {}, /404/],
    ['internal_error', 500, {}, /500/],
    ['busy', 503, {}, /503/],
  ])('as %s: %i', async (code, status, headers, words) => {
    const server = createServer((_, response) => void response.writeHead(status, headers).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as { port: number };
    await bothReport(`http://viewer:s3cret@127.0.0.1:${port}/video.mjpg`, 'tcp', code, words);
    server.closeAllConnections();
    server.close();
  });
});

describe('the ways to log in that a camera offers', () => {
  it.each([
    [`WWW-Authenticate: ${SHA}`, [{ scheme: 'Digest', algorithm: 'SHA-256' }]],
    [
      `www-authenticate: ${MD5}\r\nWWW-Authenticate: Basic realm="a, b"`,
      [{ scheme: 'Digest', algorithm: 'MD5' }, { scheme: 'Basic' }],
    ],
    [
      `WWW-Authenticate: ${SHA},\r\n ${MD5}`,
      [
        { scheme: 'Digest', algorithm: 'SHA-256' },
        { scheme: 'Digest', algorithm: 'MD5' },
      ],
    ],
    ['WWW-Authenticate: Negotiate', [{ scheme: 'Negotiate' }]],
    ['Server: x', []],
  ])('are read from %j', (headers, methods) => {
    expect(readAuthMethods(`RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n${headers}\r\n\r\n`)).toEqual(methods);
  });
});
