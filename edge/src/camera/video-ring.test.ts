import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { VideoRing } from './video-ring.ts';

const SECOND = 1_000;
const never = new AbortController().signal;

/** A fragmented MP4 of 6 s with a key frame each second. */
async function stream(): Promise<Buffer> {
  const video = await testVideo({ seconds: 6, fps: 10, keyEvery: 10 });
  const fragments = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'];
  const made = spawnSync('ffmpeg', ['-loglevel', 'error', '-i', video, '-c', 'copy', ...fragments]);
  return made.stdout;
}

/** A ring that was fed the stream second by second, on a clock of its own, in chunks of odd sizes. */
async function fed(maxBytes: number): Promise<{ readonly ring: VideoRing; readonly bytes: number }> {
  let nowMs = 0;
  const ring = new VideoRing(maxBytes, { ...systemClock, monoMs: () => nowMs });
  const bytes = await stream();
  const push = ring.begin();
  // The fragments are of about the same size: time passes with the bytes.
  for (let at = 0; at < bytes.length; at += 777) {
    nowMs = Math.round((6 * SECOND * at) / bytes.length);
    push(bytes.subarray(at, at + 777));
  }
  ring.end();
  return { ring, bytes: bytes.length };
}

/** Decodes all of a file; the number of frames, the duration, and what FFmpeg complains about. */
async function decoded(
  mp4: Buffer,
): Promise<{ readonly frames: number; readonly startS: number; readonly errors: string }> {
  await using dir = await tempDir();
  const path = dir.join('clip.mp4');
  await writeFile(path, mp4);
  const show = ['-count_frames', '-show_entries', 'stream=nb_read_frames,start_time', '-of', 'default=nw=1'];
  const probed = spawnSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', ...show, path], { encoding: 'utf8' });
  const field = (name: string): number => Number(new RegExp(`${name}=(.+)`).exec(probed.stdout)?.[1]);
  return { frames: field('nb_read_frames'), startS: field('start_time'), errors: probed.stderr };
}

describe('the ring of the undecoded stream', () => {
  it('gives a clip of groups of pictures around an instant, which plays from 0 without an error', async () => {
    const { ring } = await fed(10_000_000);
    const clip = await ring.clip({ fromMs: 2_200, atMs: 3_000, toMs: 3_800 }, never);
    expect(clip).toMatchObject({ width: 320, height: 180 });
    expect(clip!.fromMs).toBeLessThanOrEqual(2_200);
    expect(clip!.toMs).toBeGreaterThanOrEqual(3_800);
    const { frames, startS, errors } = await decoded(clip!.mp4);
    expect([startS, errors]).toEqual([0, '']);
    expect(frames % 10).toBe(0);
    expect(frames).toBeGreaterThanOrEqual(20);
    expect(frames).toBeLessThanOrEqual(40);
  });

  it('never holds more bytes than it may, and says which time it has', async () => {
    const { bytes } = await fed(10_000_000);
    const { ring } = await fed(Math.round(bytes / 2));
    expect(ring.bytes).toBeLessThanOrEqual(bytes / 2);
    expect(ring.bytes).toBeGreaterThan(bytes / 8);
    const clip = await ring.clip({ fromMs: 0, atMs: 5_000, toMs: 6_000 }, never);
    expect(clip!.fromMs).toBeGreaterThan(2_000);
    expect(await ring.clip({ fromMs: 100, atMs: 200, toMs: 300 }, never)).toBeUndefined();
  });

  it('ignores bytes that are no MP4', async () => {
    const ring = new VideoRing(1_000_000, systemClock);
    const push = ring.begin();
    push(Buffer.alloc(100_000, 7));
    ring.end();
    expect(await ring.clip({ fromMs: 0, atMs: systemClock.monoMs(), toMs: 0 }, never)).toBeUndefined();
  });
});

it('a live camera with a ring gives a clip with what came before and after an instant, and delivers frames as without', async () => {
  const capabilities = await probeFfmpeg();
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const frames: number[] = [];
  const url = await testVideo({ seconds: 3, fps: 10, keyEvery: 5 });
  const options = { id: 'c', url, transport: 'tcp', fps: 10, mode: 'live', loop: true, formats: [] } as const;
  const camera = new FfmpegCamera({ ...options, ringBytes: 4_000_000 }, tools, {
    frame: ({ picture, arrivedMs }) => {
      frames.push(arrivedMs);
      pool.give(picture.pixels);
    },
    status: () => undefined,
  });
  const stop = new AbortController();
  const done = camera.run(stop.signal);
  await waitFor('frames', () => frames.length >= 20);
  const atMs = frames.at(-1)!;
  const clip = await camera.clip({ fromMs: atMs - SECOND, atMs, toMs: atMs + SECOND }, never);
  stop.abort();
  await done;
  expect(clip!.fromMs).toBeLessThan(atMs - 400);
  expect(clip!.toMs).toBeGreaterThanOrEqual(atMs + SECOND);
  const { frames: count, errors } = await decoded(clip!.mp4);
  expect(errors).toBe('');
  expect(count).toBeGreaterThanOrEqual(15);
});
