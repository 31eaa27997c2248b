import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProcess } from './processes.ts';

export interface VideoOptions {
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly seconds?: number;
  /** Frames from one key frame to the next. */
  readonly keyEvery?: number;
  readonly bFrames?: number;
  readonly codec?: 'h264' | 'hevc' | 'mjpeg';
  /** A lavfi source without its size and rate. */
  readonly picture?: string;
}

/** Videos are made once per machine and recipe, and kept in a folder of the system's temporary files. */
const CACHE = join(tmpdir(), 'lineside-test-videos');

const ENCODERS = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
  hevc: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p'],
  mjpeg: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
} as const;

/** Path of a small MP4 with moving bars and a frame counter: H.264, 320x180, 10 frames/s, 3 s by default. */
export async function testVideo(options: VideoOptions = {}): Promise<string> {
  const { width = 320, height = 180, fps = 10, seconds = 3, keyEvery = fps, bFrames = 0, codec = 'h264' } = options;
  const picture = options.picture ?? 'testsrc2';
  const input = `${picture}${picture.includes('=') ? ':' : '='}size=${width}x${height}:rate=${fps}:duration=${seconds}`;
  const recipe = ['-f', 'lavfi', '-i', input, ...ENCODERS[codec]];
  if (codec !== 'mjpeg') recipe.push('-g', `${keyEvery}`, '-bf', `${bFrames}`);
  recipe.push('-an', '-f', 'mp4');
  return cached(recipe, '.mp4', async (path) => {
    const made = await runProcess('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...recipe, path]);
    if (made.code !== 0) throw new Error(`ffmpeg could not make a test video: ${made.stderr}`);
  });
}

/** Path of a file that calls itself a video and is none. */
export async function notAVideo(): Promise<string> {
  return cached(['not a video'], '.mp4', (path) =>
    writeFile(path, 'This is a shopping list, not a film.\n'.repeat(64)),
  );
}

/** Path of an MP4 whose second half is missing, its index with it. */
export async function truncatedVideo(options: VideoOptions = {}): Promise<string> {
  const complete = await testVideo(options);
  return cached(['truncated', complete], '.mp4', async (path) => {
    const bytes = await readFile(complete);
    await writeFile(path, bytes.subarray(0, bytes.length >> 1));
  });
}

/** Makes the file under another name first, so that test processes side by side never see half of one. */
async function cached(
  recipe: readonly string[],
  extension: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(CACHE, createHash('sha256').update(recipe.join('\0')).digest('hex').slice(0, 24) + extension);
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() === true) return path;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}${extension}`;
  await make(draft);
  await rename(draft, path);
  return path;
}
