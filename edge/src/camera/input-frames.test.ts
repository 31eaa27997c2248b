import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { descendantsOf } from '../../../tests/support/processes.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { notAVideo, testVideo } from '../../../tests/support/video.ts';
import { inputFrames } from './input-frames.ts';

const signal = AbortSignal.timeout(600_000);

describe('frames of a file', () => {
  it('are all of a video with their times, also with B-frames', async () => {
    const times: number[] = [];
    const path = await testVideo({ fps: 8, seconds: 2, bFrames: 2 });
    for await (const { index, timeS, width, height, pixels } of inputFrames(path, { signal })) {
      expect([index, width, height, pixels.length]).toEqual([times.length, 320, 180, 320 * 180 * 3]);
      times.push(timeS);
    }
    expect(times).toEqual(Array.from({ length: 16 }, (_, n) => n / 8));
  });

  it('is one of an image, at its full size', async () => {
    await using dir = await tempDir();
    const path = dir.join('wide.png');
    spawnSync('ffmpeg', [
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      'color=c=red:size=150x34,format=rgb24,scale=1500:333',
      '-frames:v',
      '1',
      path,
    ]);
    const frames = [];
    for await (const { pixels, ...rest } of inputFrames(path, { signal })) frames.push({ ...rest, red: pixels[0] });
    expect(frames).toEqual([{ index: 0, timeS: 0, width: 1500, height: 333, red: expect.closeTo(254, -1) as number }]);
  });

  it('come as a model wants them, with the size of the source', async () => {
    const format = { width: 64, height: 96, color: 'bgr', anchor: 'top-left', fill: 0 } as const;
    for await (const frame of inputFrames(await testVideo(), { signal, format })) {
      expect([frame.width, frame.height, frame.pixels.length]).toEqual([320, 180, 64 * 96 * 3]);
    }
  });

  it('leave no child behind when the reader goes away', async () => {
    for await (const frame of inputFrames(await testVideo(), { signal })) if (frame.index === 2) break;
    expect(descendantsOf(process.pid)).toEqual([]);
  });

  it('fail with a code when there are none', async () => {
    const all = async (path: string): Promise<void> => {
      for await (const frame of inputFrames(path, { signal })) expect(frame).toBeUndefined();
    };
    await expect(all('/nowhere.mp4')).rejects.toMatchObject({ code: 'not_found' });
    await expect(all(await notAVideo())).rejects.toMatchObject({ code: 'not_video' });
  });
});
