import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Clock, type Logger, systemClock } from '@lineside/kit';
import { descendantsOf } from '../../../tests/support/processes.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';

const RESTARTS = 8;
const GOOD_SPELL_MS = 11_000;
const openFiles = (): number => readdirSync('/proc/self/fd').length;

it('a camera whose FFmpeg is killed again and again logs two lines each time, and leaves neither descriptors nor processes', async () => {
  const capabilities = await probeFfmpeg();
  const lines: string[] = [];
  const keep = (_: object, message: string): void => void lines.push(message);
  const logger: Logger = { debug: () => undefined, info: keep, warn: keep, error: keep, child: () => logger };
  // Every stream counts as a good one, so that the next failure is a first failure.
  let passedOverMs = 0;
  const clock: Clock = { ...systemClock, monoMs: () => systemClock.monoMs() + passedOverMs };
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock, random: () => 0.5, logger };
  let frames = 0;
  const url = 'lavfi:testsrc2=size=160x120:rate=25';
  const camera = new FfmpegCamera({ id: 'c', url, transport: 'tcp', fps: 10, mode: 'live', formats: [] }, tools, {
    frame: ({ picture }) => {
      frames += 1;
      pool.give(picture.pixels);
    },
    status: () => undefined,
  });
  const stop = new AbortController();
  const done = camera.run(stop.signal);
  await waitFor('frames', () => frames >= 2);
  const before = openFiles();
  for (let n = 0; n < RESTARTS; n += 1) {
    passedOverMs += GOOD_SPELL_MS;
    const seen = frames;
    for (const pid of descendantsOf(process.pid)) process.kill(pid, 'SIGKILL');
    await waitFor('frames again', () => lines.filter((line) => line === 'camera is streaming again').length > n);
    await waitFor('a frame', () => frames > seen);
  }
  expect(openFiles()).toBeLessThanOrEqual(before);
  expect(descendantsOf(process.pid)).toHaveLength(1);
  const starts = camera.log.filter(({ text }) => /^FFmpeg \S+ starts$/.test(text));
  expect(starts.length).toBeGreaterThan(1);
  expect(camera.log.length).toBeLessThanOrEqual(100);
  expect(camera.log.map(({ atMs }) => atMs)).toEqual(camera.log.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  stop.abort();
  await done;
  expect(descendantsOf(process.pid)).toEqual([]);
  const expected = Array.from({ length: RESTARTS }, () => ['camera failed', 'camera is streaming again']).flat();
  expect(lines.slice(2, -1).map((line) => line.replace(/:.*/, ''))).toEqual(expected);
});
