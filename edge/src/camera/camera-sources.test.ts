import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { CameraStatus, PictureSize } from '../domain/index.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import type { CameraOptions } from './camera-options.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { inputFrames } from './input-frames.ts';

const capabilities = await probeFfmpeg();
let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

interface Seen extends AsyncDisposable {
  readonly mediaMs: number[];
  readonly sizes: PictureSize[];
  readonly statuses: CameraStatus[];
  /** First bytes of the newest picture, and its last ones. */
  ends: readonly [Buffer, Buffer] | undefined;
}

function live(options: Partial<CameraOptions> & { readonly url: string }): Seen {
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const all = { id: 'c', transport: 'tcp', fps: 5, mode: 'live', formats: [], ...options } as const;
  const end = new AbortController();
  let ran: Promise<void> = Promise.resolve();
  const stop = (): Promise<void> => (end.abort(), ran);
  const seen: Seen = { mediaMs: [], sizes: [], statuses: [], ends: undefined, [Symbol.asyncDispose]: stop };
  const camera = new FfmpegCamera(all, tools, {
    frame: ({ mediaMs, picture }) => {
      seen.mediaMs.push(mediaMs);
      seen.sizes.push(picture.size);
      seen.ends = [Buffer.from(picture.pixels.subarray(0, 3)), Buffer.from(picture.pixels.subarray(-3))];
      pool.give(picture.pixels);
    },
    status: (status) => seen.statuses.push(status),
  });
  ran = camera.run(end.signal);
  return seen;
}

const errorsOf = ({ statuses }: Seen): string[] => statuses.flatMap(({ error }) => error?.code ?? []);
const isRed = ([red = 0, , blue = 0]: Uint8Array): boolean => red > 150 && blue < 100;
const isBlue = ([red = 0, , blue = 0]: Uint8Array): boolean => blue > 150 && red < 100;

/** A file whose left half is red and whose right half is blue, with the order to turn it clockwise by a quarter. */
async function turned(): Promise<string> {
  const path = dir.join('turned.mp4');
  const graph = 'color=c=red:s=320x180:r=5:d=1,drawbox=x=160:y=0:w=160:h=180:c=blue:t=fill';
  const args = ['-loglevel', 'error', '-f', 'lavfi', '-i', graph, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path];
  expect(spawnSync('ffmpeg', args).status).toBe(0);
  const bytes = await readFile(path);
  // The matrix of the track header (ISO/IEC 14496-12, 8.3.2); FFmpeg's versions have different options for it.
  const matrix = bytes.indexOf('tkhd') + 44;
  for (const [n, value] of [0, 0x10000, 0, -0x10000, 0, 0, 180 << 16, 0, 0x40000000].entries()) {
    bytes.writeInt32BE(value, matrix + 4 * n);
  }
  await writeFile(path, bytes);
  return path;
}

describe.concurrent('a file as a camera', () => {
  it('is played once where it is not to be repeated, and the camera is stopped then', async () => {
    await using seen = live({ url: await testVideo({ seconds: 1 }), fps: 10, loop: false });
    await waitFor('the end', () => seen.statuses.at(-1)?.state === 'stopped');
    expect(seen.mediaMs.length).toBeGreaterThan(3);
    expect(seen.statuses.at(-1)).toMatchObject({ state: 'stopped', restarts: 0 });
    expect(errorsOf(seen)).toEqual([]);
  });

  it('is turned as it says, live and when it is read frame by frame', async () => {
    const url = await turned();
    await using seen = live({ url, loop: true });
    await waitFor('frames', () => seen.mediaMs.length >= 2);
    expect(seen.sizes[0]).toEqual({ width: 180, height: 320 });
    expect(seen.statuses.at(-1)?.source).toMatchObject({ width: 180, height: 320 });
    expect(seen.ends?.map((pixel) => [isRed(pixel), isBlue(pixel)])).toEqual([
      [true, false],
      [false, true],
    ]);
    for await (const { width, height, pixels } of inputFrames(url, { signal: AbortSignal.timeout(600_000) })) {
      expect([width, height, isRed(pixels.subarray(0, 3)), isBlue(pixels.subarray(-3))]).toEqual([
        180,
        320,
        true,
        true,
      ]);
      break;
    }
  });

  it('gives its key frames alone where no more are wanted, and their distance is no stall', async () => {
    // Without the packets in between, three seconds of silence would be one.
    const url = await testVideo({ fps: 25, seconds: 6, keyEvery: 75 });
    await using seen = live({ url, loop: true, keyFramesOnly: true });
    await waitFor('three key frames', () => seen.mediaMs.length >= 3, { withinMs: 30_000 });
    const apart = seen.mediaMs.slice(1).map((ms, n) => ms - seen.mediaMs[n]!);
    // Five a second are wanted.
    expect(Math.min(...apart)).toBeGreaterThan(1_500);
    expect(errorsOf(seen)).toEqual([]);
    expect(seen.statuses.at(-1)?.decoder?.reason).toMatch(/key frames/);
  });

  it('has pictures for evidence as wide as is configured', async () => {
    const url = 'lavfi:testsrc2=size=2560x1440:rate=5';
    await using ordinary = live({ url });
    await using full = live({ url, pictureWidth: 2560 });
    await waitFor('both', () => ordinary.sizes.length > 0 && full.sizes.length > 0, { withinMs: 30_000 });
    expect([ordinary.sizes[0], full.sizes[0]]).toEqual([
      { width: 1920, height: 1080 },
      { width: 2560, height: 1440 },
    ]);
  });
});

it('a camera that comes back with another codec is decoded by that', async () => {
  const parts = await Promise.all(
    (['h264', 'hevc'] as const).map(async (codec) => {
      const args = [
        '-loglevel',
        'error',
        '-i',
        await testVideo({ codec, seconds: 1 }),
        '-c',
        'copy',
        '-f',
        'mpegts',
        '-',
      ];
      return spawnSync('ffmpeg', args, { maxBuffer: 1 << 26 }).stdout;
    }),
  );
  let played = 0;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'video/mp2t' });
    // The first request asks what the address gives.
    response.end(parts[played++ < 2 ? 0 : 1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  {
    await using seen = live({ url: `http://127.0.0.1:${port}/video`, fps: 10 });
    const codecs = (): (string | undefined)[] => seen.statuses.map(({ source }) => source?.codec);
    await waitFor('the other codec', () => codecs().includes('hevc'), { withinMs: 30_000 });
    expect(codecs()).toContain('h264');
    const before = seen.mediaMs.length;
    await waitFor('frames again', () => seen.mediaMs.length > before, { withinMs: 30_000 });
    expect(new Set(errorsOf(seen))).toEqual(new Set(['ended']));
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
