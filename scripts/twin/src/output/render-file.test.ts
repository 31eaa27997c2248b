import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Box, type Line, loadLine } from '../index.ts';
import { EncoderError } from './encoder.ts';
import { renderFile } from './render-file.ts';

const exec = promisify(execFile);
const line = await loadLine(new URL('../../line.yaml', import.meta.url).pathname);
const small: Line = { ...line, size: { width: 320, height: 180 } };

describe('rendering to a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twin-render-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes a video of the declared rate and length, and the truth of every frame', async () => {
    const [out, truth] = [join(folder, 'p.mp4'), join(folder, 'p.json')];
    await renderFile(
      { line: small, cameraId: 'product', seconds: 5, out, truth },
      new AbortController().signal,
      () => undefined,
    );
    const wanted = ['-show_entries', 'stream=codec_name,width,height,r_frame_rate,nb_frames', '-of', 'json'];
    const { stdout } = await exec('ffprobe', ['-v', 'error', ...wanted, out]);
    expect(JSON.parse(stdout)).toMatchObject({
      streams: [{ codec_name: 'h264', width: 320, height: 180, r_frame_rate: '10/1', nb_frames: '50' }],
    });
    const written = JSON.parse(await readFile(truth, 'utf8')) as { frames: { boxes: Box[] }[]; incidents: unknown[] };
    expect(written.frames).toHaveLength(50);
    expect(written.frames[45]?.boxes.map((box: Box) => box.label)).toContain('defect');
    expect(written.incidents).toHaveLength(1);
  });

  it("fails with ffmpeg's own words when the file cannot be written", async () => {
    const out = join(folder, 'no', 'such', 'folder.mp4');
    const rendering = renderFile(
      { line: small, cameraId: 'floor', seconds: 2, out, truth: undefined },
      new AbortController().signal,
      () => undefined,
    );
    await expect(rendering).rejects.toThrow(EncoderError);
    await expect(rendering).rejects.toThrow(/No such file/);
  });
});
