import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import type { CameraFrame } from './camera-options.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import { inputFrames } from './input-frames.ts';
import { pictureFigures } from './health/index.ts';
import { lumaOf } from './luma-of.ts';
import { rgbOfYuv, yuvBytes } from './yuv-picture.ts';

const capabilities = await probeFfmpeg();
let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

const PATCH = 32;
const SIZE = { width: 4 * PATCH, height: 4 * PATCH };
const FORMAT = { ...SIZE, color: 'rgb', anchor: 'center', fill: 0 } as const;
/** Luma and colour of a patch, within the limited range. */
const LUMA = (column: number): number => 60 + 40 * column;
const BLUE = (row: number): number => 104 + 16 * row;
const RED = (row: number): number => 152 - 16 * row;

/** A film without loss of patches whose samples are known, with these tags. */
function patches(name: string, tags: readonly string[]): string {
  const path = dir.join(`${name}.mkv`);
  const samples =
    `geq=lum='60+40*floor(X/${PATCH})':` + `cb='104+16*floor(2*Y/${PATCH})':cr='152-16*floor(2*Y/${PATCH})'`;
  const graph = `color=black:size=${SIZE.width}x${SIZE.height}:rate=5:duration=0.4,format=yuv420p,${samples}`;
  const args = ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', graph, ...tags, '-c:v', 'libx264', '-qp', '0', path];
  const { status, stderr } = spawnSync('ffmpeg', args);
  if (status !== 0) throw new Error(stderr.toString());
  return path;
}

const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

/** In double precision (ITU-R BT.601, 2.5.3, and BT.709, 3.4, for eight bits). */
function exact(matrix: keyof typeof WEIGHTS, full: boolean, column: number, row: number): readonly number[] {
  const [kr, kb] = WEIGHTS[matrix];
  const y = full ? LUMA(column) : ((LUMA(column) - 16) * 255) / 219;
  const [u, v] = [BLUE(row) - 128, RED(row) - 128].map((colour) => (full ? colour : (colour * 255) / 224));
  const [red, blue] = [y + 2 * (1 - kr) * v!, y + 2 * (1 - kb) * u!];
  return [red, (y - kr * red - kb * blue) / (1 - kr - kb), blue].map((level) => Math.min(255, Math.max(0, level)));
}

/** Greatest difference to the exact colour in the middles of the patches. */
function worst(rgb: Uint8Array, matrix: keyof typeof WEIGHTS, full: boolean): number {
  let most = 0;
  for (let column = 0; column < 4; column += 1) {
    for (let row = 0; row < 4; row += 1) {
      const at = 3 * ((row + 0.5) * PATCH * SIZE.width + (column + 0.5) * PATCH);
      for (const [c, level] of exact(matrix, full, column, row).entries())
        most = Math.max(most, Math.abs(rgb[at + c]! - level));
    }
  }
  return most;
}

async function cameraFrame(url: string, pictureLayout: 'yuv' | 'rgb'): Promise<CameraFrame> {
  const tools = { capabilities, pool: new BufferPool(), clock: systemClock, random: () => 0.5, logger: silentLogger };
  const options = { id: 'c', url, transport: 'tcp', fps: 5, mode: 'live', formats: [FORMAT], pictureLayout } as const;
  const end = new AbortController();
  const found = Promise.withResolvers<CameraFrame>();
  const camera = new FfmpegCamera(options, tools, { frame: (frame) => found.resolve(frame), status: () => undefined });
  const ran = camera.run(end.signal);
  const frame = await found.promise.finally(() => end.abort());
  await ran;
  return frame;
}

async function fileFrame(path: string): Promise<Uint8Array> {
  for await (const { pixels } of inputFrames(path, {
    signal: AbortSignal.timeout(600_000),
    capabilities,
    format: FORMAT,
  }))
    return Uint8Array.from(pixels);
  throw new Error('no frame');
}

describe('the colours of a stream', () => {
  it.each([
    ['nothing', [], 'bt601', false],
    ['smpte170m', ['-colorspace', 'smpte170m', '-color_range', 'tv'], 'bt601', false],
    ['bt709', ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_range', 'tv'], 'bt709', false],
    ['bt2020nc', ['-colorspace', 'bt2020nc', '-color_range', 'tv'], 'bt2020', false],
    ['bt709-full', ['-colorspace', 'bt709', '-color_range', 'pc'], 'bt709', true],
    ['full', ['-color_range', 'pc'], 'bt601', true],
  ] as const)('that names %s are those that its matrix and range say', async (name, tags, matrix, full) => {
    const path = patches(name, tags);
    const [fromFile, { inputs, picture }] = await Promise.all([fileFrame(path), cameraFrame(path, 'yuv')]);
    expect(worst(fromFile, matrix, full)).toBeLessThan(1.5);
    // Live and from a file the model receives the same bytes.
    expect(Buffer.from(inputs[0]!).equals(fromFile)).toBe(true);
    expect(picture.matrix).toBe(matrix);
    expect(picture.pixels.length).toBe(yuvBytes(picture.size));
    expect(worst(rgbOfYuv(picture.pixels, picture.size, matrix), matrix, full)).toBeLessThan(3);
  });

  it('of a picture in planes are those of the same picture in packed rgb, also at odd sizes and from rgb', async () => {
    for (const graph of [
      'testsrc2=size=319x181:rate=5',
      'rgbtestsrc=size=320x180:rate=5',
      'smptebars=size=320x179:rate=5',
    ]) {
      const url = `lavfi:${graph}:duration=1,gblur=4`;
      const [planes, packed] = await Promise.all([cameraFrame(url, 'yuv'), cameraFrame(url, 'rgb')]);
      const { pixels, size, matrix } = planes.picture;
      const rgb = rgbOfYuv(pixels, size, matrix!);
      const mean = rgb.reduce((sum, level, n) => sum + Math.abs(level - packed.picture.pixels[n]!), 0) / rgb.length;
      expect([graph, mean < 2]).toEqual([graph, true]);
      const ours = pictureFigures(lumaOf(planes.picture), planes.picture.size);
      const theirs = pictureFigures(lumaOf(packed.picture), packed.picture.size);
      expect(Math.abs(ours.luma - theirs.luma)).toBeLessThan(8);
      expect(Math.abs(ours.dark - theirs.dark)).toBeLessThan(0.1);
    }
  });
});
