import { expect, it } from 'vitest';
import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { CameraStatus } from '../domain/index.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';

it('a camera can be accepted once it has been clear for long enough, with the figures of its stream, and is compared from then on', async () => {
  // Two more seconds pass with each frame.
  let passedOverMs = 0;
  const clock: Clock = { ...systemClock, monoMs: () => systemClock.monoMs() + passedOverMs };
  const pool = new BufferPool();
  const tools = { capabilities: await probeFfmpeg(), pool, clock, random: () => 0.5, logger: silentLogger };
  const options = { id: 'c', url: await testVideo({ fps: 10, keyEvery: 5 }), transport: 'tcp', fps: 5 } as const;
  let newest: CameraStatus | undefined;
  const camera = new FfmpegCamera({ ...options, mode: 'live', loop: true, formats: [] }, tools, {
    frame: ({ picture }) => {
      passedOverMs += 2_000;
      pool.give(picture.pixels);
    },
    status: (status) => (newest = status),
  });
  expect(camera.measure()).toBeUndefined();
  const stop = new AbortController();
  const done = camera.run(stop.signal);
  await waitFor('a reference with the figures of the stream', () => camera.measure()?.bitsPerS !== undefined);
  const reference = camera.measure();
  expect(reference).toMatchObject({ v: 1, measuredMs: expect.any(Number) as number });
  expect(reference?.measuredMs).toBeGreaterThanOrEqual(20_000);
  expect(reference?.similarity).toBeGreaterThan(0.3);
  expect(reference?.bitsPerS).toBeGreaterThan(0);
  expect(reference?.keyframeIntervalMs).toBeGreaterThan(0);
  camera.useReference(reference!);
  await waitFor('the comparison', () => newest?.picture?.similarity !== undefined && newest.acceptedAtMs !== undefined);
  expect(newest?.picture?.similarity).toBeGreaterThan(0.8);
  expect(newest?.picture?.problems).not.toContain('moved');
  expect(newest?.stream?.quality).toBeGreaterThan(0);
  stop.abort();
  await done;
});
