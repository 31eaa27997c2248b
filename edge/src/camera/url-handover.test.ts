import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import { silentLogger, SupervisedProcess, systemClock } from '@lineside/kit';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { probeSource } from './probe-source.ts';
import { ownerIn } from './socket-owner.ts';
import { UrlHandover } from './url-handover.ts';

const capabilities = await probeFfmpeg();
const PASSWORD = 'secret!m/W0rt';
const ENCODED = encodeURIComponent(PASSWORD);
/** The user nobody; only root may start a process as somebody else. */
const OTHER_USER = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0;

const stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of stop.splice(0).reverse()) await end();
});

async function rtspCamera(): Promise<number> {
  const server = new RtspServer({ host: '127.0.0.1', port: 0, users: { viewer: PASSWORD } });
  server.addStream('cam', await fileSource(await testVideo({ fps: 25, seconds: 1, keyEvery: 5 })));
  stop.push(() => server[Symbol.asyncDispose]());
  return server.listen();
}

/** A camera that sends JPEGs over HTTP to who knows the password, in the header and in the query. */
async function httpCamera(jpeg: Buffer): Promise<number> {
  const server: Server = createServer(({ headers, url = '' }, response) => {
    const { searchParams } = new URL(url, 'http://camera');
    const basic = Buffer.from(`viewer:${PASSWORD}`).toString('base64');
    if (headers.authorization !== `Basic ${basic}` || searchParams.get('pwd') !== PASSWORD) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' }).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
    const timer = setInterval(() => {
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(Buffer.concat([jpeg, Buffer.from('\r\n')]));
    }, 50);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  stop.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

/** Reads the arguments of the children of this process again and again, as a user who has nothing to do with Lineside. */
function argumentReader(): { text(): string } {
  // The same lines come thousands of times a second: kept once, for a search in all of them would hold up the camera's server.
  const seen = new Set<string>();
  let rest = '';
  const children = `$(cat /proc/${process.pid}/task/*/children)`;
  const loop = `while :; do for pid in ${children}; do cat /proc/$pid/cmdline; echo; done 2>/dev/null | tr "\\0" " "; done`;
  const reader = new SupervisedProcess({
    ...{ command: 'sh', args: ['-c', loop], stdout: 'pipe', keepCharacters: 1_000 },
    ...(asRoot ? OTHER_USER : {}),
    onStdout: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) seen.add(line);
    },
  });
  stop.push(() => reader.kill());
  return { text: () => [...seen, rest].join('\n') };
}

/** Runs a camera until it has given frames and `enough` is true. */
async function framesOf(url: string, transport: 'tcp' | 'udp', enough: () => boolean): Promise<void> {
  const pool = new BufferPool();
  let frames = 0;
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const format = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114 } as const;
  const camera = new FfmpegCamera({ id: 'c', url, transport, fps: 10, mode: 'live', formats: [format] }, tools, {
    frame: ({ inputs, picture }) => {
      frames += 1;
      for (const buffer of [...inputs, picture.pixels]) pool.give(buffer);
    },
    status: () => undefined,
  });
  const end = new AbortController();
  const ran = camera.run(end.signal);
  await waitFor('frames', () => frames >= 5 && enough()).finally(() => end.abort());
  await ran;
}

describe('another user of the machine who reads the arguments of all processes', () => {
  it.each(['tcp', 'udp'] as const)(
    'sees no credentials of an RTSP camera over %s, which is probed and inspected',
    async (transport) => {
      const reader = argumentReader();
      const url = `rtsp://viewer:${ENCODED}@127.0.0.1:${await rtspCamera()}/cam`;
      // What makes the test believable: the reader does see both programs.
      const saw = (program: string): boolean => new RegExp(`^${program} .*rtsp://127`, 'm').test(reader.text());
      while (!saw('ffprobe')) {
        await probeSource(url, transport, capabilities, systemClock, new AbortController().signal);
      }
      await framesOf(url, transport, () => saw('ffmpeg'));
      for (const secret of [PASSWORD, ENCODED, 'viewer', 'W0rt']) expect(reader.text()).not.toContain(secret);
    },
  );

  it('sees no credentials of an HTTP camera, which are in the user part and in the query', async () => {
    const reader = argumentReader();
    const jpeg = new SupervisedProcess({
      command: 'ffmpeg',
      args: [
        '-loglevel',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=128x96',
        '-frames:v',
        '1',
        '-f',
        'mjpeg',
        'pipe:3',
      ],
      extraPipes: 1,
    });
    const chunks: Buffer[] = [];
    jpeg.extraPipes[0]?.on('data', (chunk: Buffer) => chunks.push(chunk));
    await jpeg.exited;
    const port = await httpCamera(Buffer.concat(chunks));
    const url = `http://viewer:${ENCODED}@127.0.0.1:${port}/video.mjpg?pwd=${ENCODED}`;
    await framesOf(url, 'tcp', () => /^ffmpeg .*http:\/\/127/m.test(reader.text()));
    for (const secret of [PASSWORD, ENCODED, 'viewer', 'W0rt']) expect(reader.text()).not.toContain(secret);
  });

  it.skipIf(!asRoot)('does not get the URL, even with the token', async () => {
    await using handover = await UrlHandover.open(`rtsp://viewer:${ENCODED}@camera/1`);
    const { port, pathname } = new URL(handover.input);
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'OPTIONS ${handover.input} RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n' >&3; cat <&3`;
    expect(pathname.length).toBeGreaterThan(30);
    const askAs = async (user: object): Promise<string> => {
      const client = new SupervisedProcess({ command: 'bash', args: ['-c', ask], stdout: 'pipe', ...user });
      await client.exited;
      return client.stdout;
    };
    expect(await askAs({})).toContain(ENCODED);
    expect(await askAs(OTHER_USER)).toBe('');
  });
});

test('a process of the same user without the token gets nothing, and long or slow requests are dropped', async () => {
  await using handover = await UrlHandover.open(`http://viewer:${ENCODED}@camera/1`);
  const { port } = new URL(handover.input);
  for (const request of ['GET / HTTP/1.1\r\n\r\n', 'x'.repeat(20_000)]) {
    const client = connect(Number(port), '127.0.0.1');
    let received = '';
    client.setEncoding('utf8').on('data', (text: string) => (received += text));
    client.on('error', () => undefined).write(request);
    await new Promise((resolve) => client.once('close', resolve));
    expect(received).toBe('');
  }
});

test('what FFmpeg writes names the camera instead of the address on the loopback, without credentials', async () => {
  await using handover = await UrlHandover.open('rtsps://viewer:geheim1@camera:322/tok3nInPath?sid=qu3ry');
  expect(handover.input).toMatch(/^rtsp:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
  const redirecting = 'Status 302: Redirecting to rtsps://viewer:geheim1@camera:322/tok3nInPath?sid=qu3ry';
  expect(handover.redact(redirecting)).toBe('Status 302: Redirecting to rtsps://***@camera:322/***?sid=***');
  expect(handover.redact(`${handover.input}: Input/output error`)).toBe(
    'rtsps://***@camera:322/***?sid=***: Input/output error',
  );
});

test('a file and a test source are given to FFmpeg as they are', async () => {
  for (const url of ['/videos/a.mp4', 'file:///a.mp4', 'lavfi:testsrc2']) {
    await using handover = await UrlHandover.open(url);
    expect(handover.input).toBe(url);
  }
});

test('the owner of a socket is read from the table of the kernel, for an established connection alone', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when   uid  timeout inode
   0: 0100007F:A455 0100007F:0016 01 00000000:00000000 00:00000000 00000000  1000        0 1 1
   1: 0100007F:0016 0100007F:A455 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0100007F:A456 0100007F:0016 06 00000000:00000000 03:00000000 00000000     0        0 0 3`;
  expect(ownerIn(table, { from: 0xa455, to: 22 })).toBe(1000);
  expect(ownerIn(table, { from: 22, to: 0xa455 })).toBe(0);
  expect(ownerIn(table, { from: 0xa456, to: 22 })).toBeUndefined();
});
