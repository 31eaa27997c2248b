import { spawnSync } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type AccessUnit, accessUnits, type H264Source, RtspServer } from '@lineside/twin/rtsp';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import type { CameraFrame } from './camera-options.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';

/** Frames that each camera is judged by come for so long, after a beginning in which the clock is judged. */
const WATCHED_MS = 6_000;
const SETTLED_MS = 4_000;
const WANTED_FPS = 5;
const RATES = [2, 5, 10, 30];

/** The camera's clock by the time at which a frame was taken, in seconds. */
const CLOCKS: Readonly<Record<string, (takenS: number) => number>> = {
  'is right': (s) => s,
  'stands still': () => 5,
  'runs at half its rate': (s) => s / 2,
  'runs at twice its rate': (s) => s * 2,
  'takes 90 kHz for 1 kHz': (s) => s / 90,
  'jumps ahead every three seconds': (s) => s + 1000 * Math.floor(s / 3),
  'jumps back every three seconds': (s) => 600 + s - 60 * Math.floor(s / 3),
};
/** RTP time has 32 bits, which at 90 kHz last for 13 hours; here the end comes after five seconds. */
const RTP_START = 2 ** 32 - 5 * 90_000;

const capabilities = await probeFfmpeg();
const stop: (() => void | Promise<void>)[] = [];
let units: readonly Buffer[] = [];
let jpeg: Buffer = Buffer.alloc(0);
const ports = { rtsp: 0, http: 0 };

function made(...args: readonly string[]): Buffer {
  return spawnSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', ...args, 'pipe:1'], { maxBuffer: 1 << 26 })
    .stdout;
}

/** A second of H.264 in which every picture is a key frame, so that it can be sent at any rate. */
async function keyFrames(): Promise<readonly Buffer[]> {
  const codec = [
    '-c:v',
    'libx264',
    '-g',
    '1',
    '-bf',
    '0',
    '-pix_fmt',
    'yuv420p',
    '-x264-params',
    'aud=1',
    '-f',
    'h264',
  ];
  const stream = made('testsrc2=size=160x120:rate=30:duration=1', ...codec);
  const chunks = async function* (): AsyncGenerator<Buffer, void, void> {
    yield stream;
  };
  const frames: Buffer[] = [];
  for await (const frame of accessUnits(chunks())) frames.push(frame);
  return frames;
}

/** The number of each frame at its time, `rate` times a second. */
async function* paced(rate: number, signal: AbortSignal): AsyncGenerator<number, void, void> {
  const startMs = performance.now();
  for (let n = 0; !signal.aborted; n += 1) {
    yield n;
    const waitMs = Math.max(0, startMs + ((n + 1) * 1000) / rate - performance.now());
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

function cameraOf(rate: number, clock: (takenS: number) => number): H264Source {
  return {
    fps: rate,
    rtpStart: RTP_START,
    open: async function* (signal): AsyncGenerator<AccessUnit, void, void> {
      for await (const n of paced(rate, signal)) {
        yield { annexB: units[n % units.length]!, timestampSeconds: clock(n / rate), key: true };
      }
    },
  };
}

/** MJPEG as web cameras send it: no times at all, of which FFmpeg makes 25 frames a second. */
async function serve(rate: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
  for await (const n of paced(rate, gone.signal)) {
    response.write(`--frame\r\nX-Frame: ${n}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
    response.write(jpeg);
    response.write('\r\n');
  }
}

beforeAll(async () => {
  units = await keyFrames();
  jpeg = made('testsrc2=size=160x120', '-frames:v', '1', '-f', 'mjpeg');
  const server = new RtspServer({ host: '127.0.0.1', port: 0 });
  for (const [n, clock] of Object.values(CLOCKS).entries()) {
    for (const rate of RATES) server.addStream(`${n}-${rate}`, cameraOf(rate, clock));
  }
  ports.rtsp = await server.listen();
  const web = createServer(({ url = '' }, response) => void serve(Number(url.slice(1)), response));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', () => resolve()));
  ports.http = (web.address() as { port: number }).port;
  stop.push(
    () => server.close(),
    () => {
      web.closeAllConnections();
      web.close();
    },
  );
});
afterAll(async () => {
  for (const end of stop) await end();
});

type Seen = Pick<CameraFrame, 'arrivedMs' | 'mediaMs'> & { readonly behindMs: number };

/** The frames of a camera after the beginning. */
async function watch(url: string, fps: number): Promise<{ frames: readonly Seen[]; errors: readonly string[] }> {
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const frames: Seen[] = [];
  const errors: string[] = [];
  let behindMs = 0;
  const enough = new AbortController();
  const camera = new FfmpegCamera({ id: 'c', url, transport: 'tcp', fps, mode: 'live', formats: [] }, tools, {
    frame: ({ arrivedMs, mediaMs, picture }) => {
      pool.give(picture.pixels);
      frames.push({ arrivedMs, mediaMs, behindMs });
      if (arrivedMs - frames[0]!.arrivedMs > SETTLED_MS + WATCHED_MS) enough.abort();
    },
    status: (status) => {
      behindMs = Math.max(behindMs, status.behindMs ?? 0);
      if (status.error !== undefined) errors.push(status.error.message);
    },
  });
  await camera.run(AbortSignal.any([enough.signal, AbortSignal.timeout(60_000)]));
  const startMs = frames[0]?.arrivedMs ?? 0;
  return { frames: frames.filter(({ arrivedMs }) => arrivedMs - startMs > SETTLED_MS), errors };
}

interface Judged {
  readonly name: string;
  readonly url: string;
  readonly rate: number;
}

/** What is wrong with a camera's frames, by their rate, the speed of the motion in them and their age. */
async function faultsOf({ name, url, rate }: Judged): Promise<readonly string[]> {
  const { frames, errors } = await watch(url, WANTED_FPS);
  const wrong = errors.length > 0 ? [`${name}: ${errors.join()}`] : [];
  const [first, last] = [frames[0], frames.at(-1)];
  if (first === undefined || last === undefined) return [...wrong, `${name}: no frames`];
  const arrivedMs = last.arrivedMs - first.arrivedMs;
  const perSecond = ((frames.length - 1) * 1000) / arrivedMs;
  const wanted = Math.min(rate, WANTED_FPS);
  const speed = (last.mediaMs - first.mediaMs) / arrivedMs;
  if (perSecond < 0.85 * wanted || perSecond > 1.15 * wanted) wrong.push(`${name}: ${perSecond} a second`);
  if (Math.abs(speed - 1) > 0.1) wrong.push(`${name}: motion at ${speed} of its speed`);
  if (Math.max(...frames.map(({ behindMs }) => behindMs)) > 1_500) wrong.push(`${name}: late`);
  return wrong;
}

/**
 * Every camera of the table at once: they wait for frames most of the time. On a busy machine so many cannot keep up,
 * and what is wrong with one then is true; it is judged alone, and must be right in one of three tries.
 */
async function judge(cameras: readonly Judged[]): Promise<void> {
  const together = await Promise.all(cameras.map(async (camera) => ({ camera, wrong: await faultsOf(camera) })));
  const wrong: string[] = [];
  for (const found of together.filter((one) => one.wrong.length > 0)) {
    let faults = found.wrong;
    for (let tries = 0; tries < 3 && faults.length > 0; tries += 1) faults = await faultsOf(found.camera);
    wrong.push(...faults);
  }
  expect(wrong).toEqual([]);
}

describe('a camera is inspected at the rate that is wanted, at the speed of the real world and never falsely late', () => {
  it.each([
    [2, 10],
    [5, 30],
  ])('over RTSP at %d and %d frames a second, whatever its clock does', async (...rates) => {
    const cameras = rates.flatMap((rate) =>
      Object.keys(CLOCKS).map((clock, n) => {
        return { name: `${clock} at ${rate}`, rate, url: `rtsp://127.0.0.1:${ports.rtsp}/${n}-${rate}` };
      }),
    );
    await judge(cameras);
  });

  it('over multipart HTTP, which has no clock, at 2, 5, 10 and 30 frames a second', async () => {
    await judge(RATES.map((rate) => ({ name: `${rate} fps`, rate, url: `http://127.0.0.1:${ports.http}/${rate}` })));
  });
});
