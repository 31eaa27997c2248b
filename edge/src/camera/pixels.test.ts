import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { BufferPool } from './buffer-pool.ts';
import { probeFfmpeg } from './capabilities.ts';
import type { CameraFrame } from './camera-options.ts';
import { FfmpegCamera } from './ffmpeg-camera.ts';
import type { FrameFormat } from './format.ts';
import { type InputFrame, inputFrames } from './input-frames.ts';
import { probeSource } from './probe-source.ts';

const capabilities = await probeFfmpeg();
const signal = AbortSignal.timeout(600_000);
let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

function make(name: string, graph: string, ...options: readonly string[]): string {
  const path = dir.join(name);
  const args = ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', graph, ...options, path];
  const { status, stderr } = spawnSync('ffmpeg', args);
  if (status !== 0) throw new Error(stderr.toString());
  return path;
}

async function onlyFrame(path: string, format?: FrameFormat): Promise<InputFrame> {
  for await (const frame of inputFrames(path, { signal, capabilities, ...(format && { format }) })) {
    return { ...frame, pixels: new Uint8Array(frame.pixels) };
  }
  throw new Error(`${path} gave no frame`);
}

interface Raw {
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** Half the size by the triangle that is two pixels wide on each side, in double precision. */
function halved({ pixels, width, height }: Raw): Float64Array {
  const weights = [-1.5, -0.5, 0.5, 1.5].map((distance) => (2 - Math.abs(distance)) / 4);
  const pass = (
    from: ArrayLike<number>,
    count: number,
    step: number,
    lines: number,
    lineStep: number,
  ): Float64Array => {
    const to = new Float64Array((count / 2) * lines * 3);
    for (let line = 0; line < lines; line += 1) {
      for (let n = 0; n < count / 2; n += 1) {
        for (let c = 0; c < 3; c += 1) {
          let sum = 0;
          for (const [k, weight] of weights.entries()) {
            const at = Math.min(count - 1, Math.max(0, 2 * n - 1 + k));
            sum += weight * from[line * lineStep + at * step + c]!;
          }
          to[step === 3 ? (line * (count / 2) + n) * 3 + c : (n * lines + line) * 3 + c] = sum;
        }
      }
    }
    return to;
  };
  const narrow = pass(pixels, width, 3, height, width * 3);
  return pass(narrow, height, (width / 2) * 3, width / 2, 3);
}

/** Mean difference with and without its sign, in levels. */
function difference(got: ArrayLike<number>, exact: ArrayLike<number>): { bias: number; mean: number } {
  let [bias, mean] = [0, 0];
  for (let n = 0; n < exact.length; n += 1) {
    bias += (got[n]! - exact[n]!) / exact.length;
    mean += Math.abs(got[n]! - exact[n]!) / exact.length;
  }
  return { bias, mean };
}

describe('pixels that a model receives', () => {
  it('are those of an exact decoder and an exact scaler within half a level, and not darker', async () => {
    const graph = 'testsrc2=size=512x384:rate=1:duration=1,gblur=14,format=yuvj420p,noise=c0s=8:c0_seed=3';
    const path = make('colours.jpg', graph, '-frames:v', '1', '-q:v', '2');
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const whole = difference((await onlyFrame(path)).pixels, data);
    expect(whole.mean).toBeLessThan(0.5);
    expect(Math.abs(whole.bias)).toBeLessThan(0.1);
    const half: FrameFormat = { width: 256, height: 192, color: 'rgb', anchor: 'center', fill: 0 };
    const scaled = difference((await onlyFrame(path, half)).pixels, halved({ pixels: data, ...info }));
    expect(scaled.mean).toBeLessThan(0.5);
    expect(Math.abs(scaled.bias)).toBeLessThan(0.1);
  });
});

/** The first frame of a live camera. */
async function cameraFrame(url: string, format: FrameFormat): Promise<CameraFrame> {
  const tools = { capabilities, pool: new BufferPool(), clock: systemClock, random: () => 0.5, logger: silentLogger };
  const options = { id: 'c', url, transport: 'tcp', fps: 25, mode: 'live', formats: [format] } as const;
  const end = new AbortController();
  const found = Promise.withResolvers<CameraFrame>();
  const camera = new FfmpegCamera(options, tools, { frame: (frame) => found.resolve(frame), status: () => undefined });
  const ran = camera.run(end.signal);
  const frame = await found.promise.finally(() => end.abort());
  await ran;
  return frame;
}

/** A white circle in the middle of a picture, drawn as it is stored when its pixels have this shape. */
const circle = (width: number, height: number, aspect: number): string =>
  `color=black:size=${width}x${height}:rate=5:duration=1,format=gray,` +
  `geq=lum='255*lt(hypot((X-${width / 2})*${aspect},Y-${height / 2}),${height / 4})',setsar=${aspect},format=yuv420p`;

/** The bounding box of what is bright, in pixels. */
function bright(pixels: Uint8Array, width: number): { width: number; height: number } {
  const places = Array.from({ length: pixels.length / 3 }, (_, n) => n).filter((n) => pixels[3 * n]! > 127);
  const [xs, ys] = [places.map((n) => n % width), places.map((n) => Math.floor(n / width))];
  return { width: Math.max(...xs) - Math.min(...xs) + 1, height: Math.max(...ys) - Math.min(...ys) + 1 };
}

describe('pixels that are not square', () => {
  const SQUARE: FrameFormat = { width: 320, height: 320, color: 'rgb', anchor: 'center', fill: 0 };

  it.each([
    [704, 576, '16/11', 1024],
    [720, 576, '16/15', 768],
    [704, 480, '10/11', 640],
    [640, 360, '1/1', 640],
    [640, 360, '1/100', 640],
  ])('of %i x %i with the shape %s are made square: the picture is %i wide', async (width, height, shape, wide) => {
    const [over = 1, under = 1] = shape.split('/').map(Number);
    const path = make(
      `${width}-${shape.replace('/', '-')}.mp4`,
      circle(width, height, over / under),
      '-c:v',
      'libx264',
    );
    const { source, inputs, picture } = await cameraFrame(path, SQUARE);
    expect(source).toEqual({ width: wide, height });
    if (shape === '1/100') return;
    // A circle stays a circle, in the model's input and in the evidence.
    for (const [pixels, across] of [
      [inputs[0]!, 320],
      [picture.pixels, picture.size.width],
    ] as const) {
      const found = bright(pixels, across);
      expect(Math.abs(found.width - found.height)).toBeLessThanOrEqual(3);
      expect(found.height).toBeGreaterThan(40);
    }
  });

  it('are those of the file in a still picture, as browsers and labelling tools show it', async () => {
    const path = make('aspect.jpg', circle(320, 240, 2), '-frames:v', '1');
    const { width, height } = await onlyFrame(path);
    expect([width, height]).toEqual([320, 240]);
  });
});

describe.concurrent('the name of a file', () => {
  const NAMES = [
    '100%defect.jpg',
    'img%03d.jpg',
    'folder%02d/inner.jpg',
    '%d.mp4',
    '-dash.jpg',
    'a b  c.mp4',
    'rtsp:x.jpg',
    "ключ-工場-é'.jpg",
    'a[1]?*{b}\\.jpg',
    'new\nline#frag?query=%20.jpg',
  ];

  it.each(NAMES)('%j is taken as it is: the picture is read and probed', async (name) => {
    const path = dir.join(name);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(name.endsWith('.mp4') ? await testVideo() : await picture(), path);
    const [frame, probe] = await Promise.all([
      onlyFrame(path),
      probeSource(path, 'tcp', capabilities, systemClock, signal),
    ]);
    expect(probe).toMatchObject({ width: frame.width, height: frame.height });
  });

  let made: string | undefined;
  const picture = async (): Promise<string> =>
    (made ??= make('plain-picture.jpg', 'testsrc2=size=64x48:rate=5', '-frames:v', '1'));
});
