import { readdir, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CATALOG_DIR, catalogIds } from '@lineside/models';
import { type FfmpegCapabilities, type FrameFormat, inputFrames } from '../camera/index.ts';
import type { PictureSize } from '../domain/index.ts';
import { ModelImportError } from './errors.ts';

/** An image that the model is run on. */
export interface TrialImage {
  readonly path: string;
  /** `given`: by the user, shows what the model is for. `shipped`: a photograph of the catalog. `made`: synthetic. */
  readonly kind: 'given' | 'shipped' | 'made';
}

/** The same image in the form of a model's input. */
export interface TrialFrame {
  readonly picture: TrialImage;
  /** Packed, three bytes per pixel. */
  readonly pixels: Uint8Array;
  readonly source: PictureSize;
}

const PICTURES = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.ppm']);
const GIVEN_MOST = 12;
const SHIPPED_MOST = 4;
/** The level of letterboxes, which shows nothing. */
const GREY = 114;
const MADE_SIZE = { width: 480, height: 360 } as const;

/** Images to run a model on: the given ones, else some of the catalog; and always three synthetic ones, written to `scratch`: shapes,
 * noise, and nothing but grey. */
export async function trialImages(given: readonly string[], scratch: string): Promise<readonly TrialImage[]> {
  const { default: sharp } = await import('sharp');
  const paths = (await Promise.all(given.map(picturesIn))).flat().slice(0, GIVEN_MOST);
  const real: readonly TrialImage[] =
    given.length > 0 ? paths.map((path) => ({ path, kind: 'given' as const })) : await shippedPictures();
  const made = [paint(shapes), paint(noise), paint(() => GREY)];
  const written = await Promise.all(
    made.map(async (pixels, i): Promise<TrialImage> => {
      const path = join(scratch, `made-${i + 1}.png`);
      await writeFile(
        path,
        await sharp(pixels, { raw: { ...MADE_SIZE, channels: 3 } })
          .png()
          .toBuffer(),
      );
      return { path, kind: 'made' };
    }),
  );
  return [...real, ...written];
}

async function picturesIn(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new ModelImportError('input_missing', `${path}: there is no such file`, 'check the path');
  if (found.isFile()) return [path];
  const names = (await readdir(path)).filter((name) => PICTURES.has(extname(name).toLowerCase())).sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new ModelImportError('input_not_media', `${path} contains no images`, 'name images or a folder of images');
}

/** The first image of each model of the catalog, then the second ones, for variety. */
async function shippedPictures(): Promise<readonly TrialImage[]> {
  const folders = await Promise.all(
    (await catalogIds(CATALOG_DIR)).map(async (id) => {
      const folder = join(CATALOG_DIR, id, 'golden');
      const names = await readdir(folder).catch(() => []);
      return names
        .filter((name) => PICTURES.has(extname(name)))
        .sort()
        .map((name) => join(folder, name));
    }),
  );
  const inTurn = [0, 1].flatMap((turn) => folders.flatMap((paths) => paths[turn] ?? []));
  return inTurn.slice(0, SHIPPED_MOST).map((path) => ({ path, kind: 'shipped' }));
}

/** Every image letterboxed for a model with the FFmpeg filters that are used for cameras. */
export async function letterboxed(
  pictures: readonly TrialImage[],
  format: FrameFormat,
  tools: { readonly capabilities: FfmpegCapabilities; readonly signal: AbortSignal },
): Promise<readonly TrialFrame[]> {
  const frames: TrialFrame[] = [];
  for (const picture of pictures) {
    for await (const { pixels, width, height } of inputFrames(picture.path, { ...tools, format })) {
      frames.push({ picture, pixels: Uint8Array.from(pixels), source: { width, height } });
      break;
    }
  }
  return frames;
}

type Paint = (x: number, y: number, channel: number) => number;

function paint(at: Paint, { width, height }: PictureSize = MADE_SIZE): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let channel = 0; channel < 3; channel++) pixels[to++] = at(x, y, channel);
  return pixels;
}

/** A bright disc and a dark bar on a ramp: edges, flat parts, every level. */
function shapes(x: number, y: number, channel: number): number {
  const { width, height } = MADE_SIZE;
  if (Math.hypot(x - width * 0.3, y - height * 0.5) < height * 0.25) return [235, 200, 60][channel] ?? 0;
  if (x > width * 0.6 && x < width * 0.75 && y > height * 0.2) return [30, 40, 90][channel] ?? 0;
  return Math.round((255 * (channel === 1 ? y / height : channel === 0 ? x / width : 1 - x / width)) % 256);
}

/** Packed RGB without any letterbox: grey, noise and shapes, to see what a model's outputs are like. */
export function plainFrames({ width, height }: PictureSize): readonly Uint8Array[] {
  return [() => GREY, noise, shapes].map((at) => paint(at, { width, height }));
}

/** Repeatable noise: an integer hash of the coordinates. */
function noise(x: number, y: number, channel: number): number {
  let value = (x * 73_856_093) ^ (y * 19_349_663) ^ ((channel + 1) * 83_492_791);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return ((value ^ (value >>> 12)) >>> 8) & 255;
}
