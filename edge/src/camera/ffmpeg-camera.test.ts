import { spawnSync } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/support/free-port.ts';
import { descendantsOf } from '../../../tests/support/processes.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { notAVideo, testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { CameraStatus } from '../domain/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import type { CameraFrame, CameraOptions } from './camera-options.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';

const capabilities = await probeFfmpeg();
const FORMAT = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114 } as const;

interface Seen {
  readonly frames: Omit<CameraFrame, 'inputs' | 'picture'>[];
  readonly statuses: CameraStatus[];
  readonly errors: string[];
}

interface Running extends Seen, AsyncDisposable {
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Runs a camera until the scope ends. */
function camera(
  options: Partial<CameraOptions> & { url: string },
  onFrame?: (frame: CameraFrame) => Promise<void> | void,
): Running {
  const seen: Seen = { frames: [], statuses: [], errors: [] };
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const all = { id: 'c', transport: 'tcp', fps: 10, mode: 'live', formats: [FORMAT], ...options } as const;
  const part = new FfmpegCamera(all, tools, {
    frame: async (frame) => {
      await onFrame?.(frame);
      const { inputs, picture, ...rest } = frame;
      seen.frames.push(rest);
      for (const buffer of [...inputs, picture.pixels]) pool.give(buffer);
    },
    status: (status) => {
      seen.statuses.push(status);
      if (status.state === 'failed' && status.error !== undefined) seen.errors.push(status.error.code);
    },
  });
  const end = new AbortController();
  const done = part.run(end.signal);
  done.catch(() => undefined);
  const stop = async (): Promise<void> => {
    end.abort();
    await done;
  };
  return { ...seen, done, stop, [Symbol.asyncDispose]: () => stop().catch(() => undefined) };
}

/** Waits until the stream's clock is believed; gives the number of frames by then. */
async function believed(live: Seen): Promise<number> {
  await waitFor('a clock that is believed', () => live.statuses.at(-1)?.behindMs !== undefined);
  return live.frames.length;
}

const ffmpegs = (): number[] => descendantsOf(process.pid);

describe('a live camera', () => {
  it('streams, reports its source, and leaves no child process behind', async () => {
    await using live = camera({ url: 'lavfi:testsrc2=size=320x180:rate=25', fps: 10 });
    await waitFor('frames', () => live.frames.length >= 5);
    expect(live.frames.map(({ index }) => index)).toEqual(live.frames.map((_, n) => n));
    expect(live.statuses.find(({ state }) => state === 'streaming')?.source).toMatchObject({ width: 320, height: 180 });
    const known = await believed(live);
    await waitFor('more frames', () => live.frames.length >= known + 6);
    // However they arrive, frames of 25 a second thinned to 10 were taken 80 or 120 ms apart.
    const later = live.frames.slice(known);
    const apart = later.slice(1).map(({ mediaMs }, n) => Math.round(mediaMs - later[n]!.mediaMs));
    expect(apart.filter((ms) => ms !== 80 && ms !== 120)).toEqual([]);
    await live.stop();
    expect(live.statuses.at(-1)?.state).toBe('stopped');
    expect(ffmpegs()).toEqual([]);
  });

  it('comes back when FFmpeg is killed, and goes on counting frames', async () => {
    await using live = camera({ url: 'lavfi:testsrc2=size=320x180:rate=25' });
    await waitFor('frames', () => live.frames.length >= 3);
    for (const pid of ffmpegs()) process.kill(pid, 'SIGKILL');
    await waitFor('the end to be reported', () => live.errors.includes('ended'));
    const before = live.frames.length;
    await waitFor('frames again', () => live.frames.length >= before + 3);
    expect(live.frames.map(({ index }) => index)).toEqual(live.frames.map((_, n) => n));
    expect(live.statuses.at(-1)).toMatchObject({ state: 'streaming', restarts: 1 });
  });

  it('kills a frozen FFmpeg and starts another', async () => {
    await using live = camera({ url: 'lavfi:testsrc2=size=320x180:rate=25' });
    await waitFor('frames', () => live.frames.length >= 3);
    const [frozen] = ffmpegs();
    if (frozen === undefined) throw new Error('no child');
    process.kill(frozen, 'SIGSTOP');
    const before = live.frames.length;
    await waitFor('frames again', () => live.frames.length >= before + 5, { withinMs: 25_000 });
    expect(live.errors).toContain('decoder_hung');
    expect(ffmpegs()).not.toContain(frozen);
  });

  it('reports its lag when FFmpeg was held up, until it has caught up', async () => {
    await using live = camera({ url: 'lavfi:testsrc2=size=320x180:rate=25' });
    await believed(live);
    const [held] = ffmpegs();
    if (held === undefined) throw new Error('no child');
    // On a busy machine FFmpeg is held up anyway, and once more can look as before: one of three must be seen.
    let lagMs = 0;
    for (let tries = 0; tries < 3 && lagMs <= 700; tries += 1) {
      const before = live.frames.length;
      // Too short for a stall.
      process.kill(held, 'SIGSTOP');
      await sleep(1_300);
      process.kill(held, 'SIGCONT');
      await waitFor('frames again', () => live.frames.length > before + 20);
      const delays = live.frames.map(({ arrivedMs, mediaMs }) => arrivedMs - mediaMs);
      lagMs = Math.max(...delays.slice(before)) - Math.min(...delays.slice(0, before));
    }
    expect(lagMs).toBeGreaterThan(700);
    await waitFor('the status to report that it has caught up', () => (live.statuses.at(-1)?.behindMs ?? 9e9) < 300);
    expect(live.errors).toEqual([]);
  });

  it('starts again with the new size when the picture changes it, and never mixes the two', async () => {
    await using dir = await tempDir();
    const both = dir.join('both.h264');
    for (const [colour, size] of [
      ['red', '320x180'],
      ['blue', '192x144'],
    ]) {
      const part = dir.join(`${colour}.h264`);
      const args = ['-loglevel', 'error', '-f', 'lavfi', '-i', `color=c=${colour}:size=${size}:rate=10:duration=1`];
      spawnSync('ffmpeg', [...args, '-c:v', 'libx264', '-bf', '0', '-f', 'h264', part]);
      await appendFile(both, await readFile(part));
    }
    const mixed: string[] = [];
    await using live = camera({ url: both }, ({ source, picture }) => {
      const [red = 0, , blue = 0] = picture.pixels;
      if (picture.pixels.length !== picture.size.width * picture.size.height * 3) mixed.push('length');
      if ((source.width === 320) !== red > blue) mixed.push(`${source.width}: ${red} ${blue}`);
    });
    await waitFor('the change', () => live.errors.includes('resolution_changed'));
    expect(live.frames.length).toBeGreaterThan(5);
    expect(mixed).toEqual([]);
  });

  it.each([
    ['refused', async () => `rtsp://admin:s3cret@127.0.0.1:${await freePort()}/1`],
    ['unknown_host', async () => 'rtsp://admin:s3cret@camera.invalid/1'],
    ['not_video', notAVideo],
    ['not_found', async () => '/nowhere/video.mp4'],
    ['not_found', async () => 'v4l2:/dev/video97?format=mjpeg&size=640x480&rate=5'],
  ])('reports that a source is %s, with advice and without credentials', async (code, url) => {
    await using live = camera({ url: await url() });
    await waitFor('the failure', () => live.errors.length > 0);
    expect(live.errors[0]).toBe(code);
    const reported = live.statuses.find(({ error }) => error !== undefined)?.error;
    expect(reported?.advice).not.toBe('');
    expect(JSON.stringify(live.statuses)).not.toMatch(/s3cret|admin/);
    await waitFor('another try', () => live.statuses.some(({ restarts }) => restarts > 0));
  });
});

describe('a recording', () => {
  it('gives every frame once, on its own clock, and waits for a slow receiver', async () => {
    const busy = { now: 0, most: 0 };
    await using recording = camera({ url: await testVideo(), mode: 'recording', fps: 10 }, async () => {
      busy.most = Math.max(busy.most, ++busy.now);
      await systemClock.sleep(10);
      busy.now -= 1;
    });
    await recording.done;
    expect(busy.most).toBe(1);
    expect(recording.frames.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 30 }, (_, n) => n * 100));
    expect(ffmpegs()).toEqual([]);
  });

  it('never gives more frames than it has', async () => {
    await using recording = camera({ url: await testVideo(), mode: 'recording', fps: 60 });
    await recording.done;
    expect(recording.frames).toHaveLength(30);
  });

  it('goes on where it was left', async () => {
    await using recording = camera({ url: await testVideo(), mode: 'recording', fps: 5, firstIndex: 11 });
    await recording.done;
    expect(recording.frames.map(({ index, atMs }) => [index, atMs])).toEqual([
      [11, 2200],
      [12, 2400],
      [13, 2600],
      [14, 2800],
    ]);
  });

  it('fails with a code when it is none', async () => {
    await using recording = camera({ url: await notAVideo(), mode: 'recording' });
    await expect(recording.done).rejects.toMatchObject({ code: 'not_video' });
  });
});
