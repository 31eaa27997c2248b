import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadLine } from '@lineside/twin';
import { renderFile } from '@lineside/twin';

export interface VideoFacts {
  readonly folder: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
}

const LINE = new URL('../../scripts/twin/line.yaml', import.meta.url).pathname;

/** The twin's product camera as H.264 with a key frame each second and no B-frames, as cameras send it. */
export async function cameraVideo(
  { folder, width, height, fps, seconds }: VideoFacts,
  signal: AbortSignal,
): Promise<string> {
  const line = { ...(await loadLine(LINE)), fps, size: { width, height } };
  const rendered = join(folder, 'rendered.mp4');
  await renderFile({ line, cameraId: 'product', seconds, out: rendered, truth: undefined }, signal, () => undefined);
  const video = join(folder, 'camera.mp4');
  const shape = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0', '-g', `${fps}`];
  const args = ['-nostdin', '-loglevel', 'error', '-i', rendered, ...shape, '-y', video];
  await promisify(execFile)('ffmpeg', args, { signal });
  return video;
}
