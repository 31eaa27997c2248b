import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { CameraStatus } from '../domain/index.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { inputFrames } from './input-frames.ts';
import { probeCamera } from './probe-camera.ts';

const capabilities = await probeFfmpeg();
const made = '-loglevel error -f lavfi -i testsrc2=size=160x120 -frames:v 1 -f mjpeg pipe:1'.split(' ');
const jpeg = spawnSync('ffmpeg', made).stdout;

async function web(listener: RequestListener): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as { port: number }).port,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Live extends AsyncDisposable {
  readonly frames: number[];
  readonly statuses: CameraStatus[];
}

function camera(url: string, fps: number): Live {
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const live = { frames: [] as number[], statuses: [] as CameraStatus[] };
  const run = new FfmpegCamera({ id: 'c', url, transport: 'tcp', fps, mode: 'live', formats: [] }, tools, {
    frame: ({ arrivedMs, picture }) => {
      live.frames.push(arrivedMs);
      pool.give(picture.pixels);
    },
    status: (status) => live.statuses.push(status),
  });
  const end = new AbortController();
  const ran = run.run(end.signal);
  return { ...live, [Symbol.asyncDispose]: () => (end.abort(), ran) };
}

const errorsOf = ({ statuses }: Live): string[] => statuses.flatMap(({ error }) => error?.code ?? []);

describe.concurrent('a camera that seldom has a frame', () => {
  it('is inspected at one frame every seven seconds when one every five is wanted', async () => {
    await using server = await web((_, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=f' });
      const send = (): void => {
        response.write(`--f\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
        response.write(Buffer.concat([jpeg, Buffer.from('\r\n')]));
      };
      send();
      const timer = setInterval(send, 7_000);
      response.on('close', () => clearInterval(timer));
    });
    await using live = camera(`http://127.0.0.1:${server.port}/video`, 0.2);
    await waitFor('three frames', () => live.frames.length >= 3, { withinMs: 60_000 });
    expect(live.frames[2]! - live.frames[0]!).toBeGreaterThan(13_000);
    expect(errorsOf(live)).toEqual([]);
  });
});

describe.concurrent('a URL that gives one picture', () => {
  it('is asked at the rate that is wanted, without one restart, also with a Digest by SHA-256', async () => {
    const asked: number[] = [];
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    await using server = await web(({ headers, url }, response) => {
      const { authorization = '' } = headers;
      const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(authorization)?.[1] ?? '';
      const right = hash(
        [hash('viewer:cam:s3cret'), 'n1', '00000001', field('cnonce'), 'auth', hash(`GET:${url ?? ''}`)].join(':'),
      );
      if (field('response') !== right) {
        const challenge = 'Digest realm="cam", nonce="n1", qop="auth", algorithm=SHA-256';
        response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
        return;
      }
      asked.push(systemClock.monoMs());
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(jpeg);
    });
    await using live = camera(`http://viewer:s3cret@127.0.0.1:${server.port}/snap.jpg?ch=1`, 5);
    await waitFor('frames', () => live.frames.length >= 20, { withinMs: 60_000 });
    const tookMs = live.frames[19]! - live.frames[0]!;
    expect(tookMs).toBeGreaterThan(19 * 200 * 0.85);
    expect(live.statuses.at(-1)).toMatchObject({ restarts: 0, source: { width: 160, height: 120 } });
    // One more was to learn what the camera gives; on a busy machine some were asked for that have not arrived yet.
    const seconds = (asked.at(-1)! - asked[0]!) / 1000;
    expect(asked.length).toBeLessThanOrEqual(seconds * 5 * 1.2 + 5);
  });

  it('bridges single failures, and reports what the camera answers when they stay', async () => {
    let asked = 0;
    let broken = false;
    await using server = await web((_, response) => {
      asked += 1;
      if (broken || asked % 3 === 0) response.writeHead(503).end();
      else response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(jpeg);
    });
    await using live = camera(`http://127.0.0.1:${server.port}/snap.jpg`, 5);
    await waitFor('frames', () => live.frames.length >= 8, { withinMs: 60_000 });
    expect(errorsOf(live)).toEqual([]);
    broken = true;
    await waitFor('the failure', () => errorsOf(live).length > 0, { withinMs: 60_000 });
    expect(errorsOf(live)[0]).toBe('busy');
  });

  it('is probed like every camera', async () => {
    await using server = await web((_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(jpeg);
    });
    const url = `http://127.0.0.1:${server.port}/snap.jpg`;
    const tools = { capabilities, clock: systemClock };
    const probe = await probeCamera({ url, transport: 'tcp', fps: 5 }, tools, AbortSignal.timeout(600_000));
    expect(probe).toMatchObject({ codec: 'mjpeg', width: 160, height: 120 });
  });

  it('is tried by the command line like every camera: a stream of pictures, not one', async () => {
    await using server = await web((_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(jpeg);
    });
    const options = { signal: AbortSignal.timeout(600_000), capabilities, snapshotFps: 10 };
    let frames = 0;
    for await (const { width } of inputFrames(`http://127.0.0.1:${server.port}/snap.jpg`, options)) {
      expect(width).toBe(160);
      frames += 1;
      if (frames >= 4) break;
    }
    expect(frames).toBe(4);
  });
});
