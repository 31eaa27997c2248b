import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '@lineside/kit';
import { descendantsOf } from '../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { notAVideo, testVideo } from '../../../tests/support/video.ts';
import { probeFfmpeg } from './capabilities.ts';
import { probeCamera } from './probe-camera.ts';

const capabilities = await probeFfmpeg();
const probe = (url: string): ReturnType<typeof probeCamera> =>
  probeCamera({ url, transport: 'tcp', fps: 5 }, { capabilities, clock: systemClock }, AbortSignal.timeout(600_000));

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

describe('the probe of a camera', () => {
  it('decodes a frame, reports what the stream is and leaves no process behind', async () => {
    await expect(probe(await testVideo())).resolves.toMatchObject({ codec: 'h264', width: 320, height: 180, fps: 10 });
    expect(descendantsOf(process.pid)).toEqual([]);
  });

  it('fails for a stream whose header is right and whose frames cannot be decoded', async () => {
    const bytes = await readFile(await testVideo());
    const from = bytes.indexOf('mdat');
    bytes.fill(0xff, from + 4, bytes.indexOf('moov', from) - 4);
    const broken = dir.join('broken.mp4');
    await writeFile(broken, bytes);
    await expect(probe(broken)).rejects.toMatchObject({ code: 'codec' });
  });

  it('fails with the code of what is wrong', async () => {
    await expect(probe(await notAVideo())).rejects.toMatchObject({ code: 'not_video' });
    await expect(probe('/nowhere.mp4')).rejects.toMatchObject({ code: 'not_found' });
  });
});
