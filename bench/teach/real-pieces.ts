import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { type CellGrid, inputSizeFor } from '@lineside/models';
import { seeded } from '../../edge/src/teaching/index.ts';
import type { PieceSet } from './verdict.ts';

const COOKIES_TAUGHT = 20;

/** Whole and cracked cookies (awsdocs, CC BY-SA 4.0); each split teaches others. Undefined where they are not there. */
export async function cookiePieces(data: string, split: number, signal: AbortSignal): Promise<PieceSet | undefined> {
  const dir = join(data, 'defect/cookies/images');
  const names = (await readdir(dir).catch(() => [])).toSorted();
  const whole = names.filter((name) => name.startsWith('normal'));
  if (whole.length === 0) return undefined;
  const { width, height } = await sharp(join(dir, whole[0] ?? '')).metadata();
  const grid = inputSizeFor(width / height);
  const read = async (list: readonly string[]): Promise<Uint8Array[]> => {
    const all: Uint8Array[] = [];
    for (const name of list) {
      signal.throwIfAborted();
      all.push(await scaled(sharp(join(dir, name)), grid));
    }
    return all;
  };
  const bad = names.filter((name) => !name.startsWith('normal'));
  return { grid, taught: COOKIES_TAUGHT, good: await read(shuffled(whole, 100 + split)), bad: await read(bad) };
}

const BELT_TAUGHT = 50;
const BELT_UNSEEN = 60;
const BELT_BAD = 60;
/** Side of a part, as a fraction of the shorter side of the picture. */
const PART = 0.4;

/** Parts of pictures of damaged belts, beside the marked damage and around it (FernandoN23, MIT). */
export async function beltPieces(data: string, signal: AbortSignal): Promise<PieceSet | undefined> {
  const dir = join(data, 'defect/belt/train');
  const names = (await readdir(join(dir, 'images')).catch(() => [])).toSorted();
  if (names.length === 0) return undefined;
  const grid = inputSizeFor(1);
  const random = seeded(3);
  const [good, bad]: [Uint8Array[], Uint8Array[]] = [[], []];
  for (const name of shuffled(names, 7)) {
    signal.throwIfAborted();
    if (good.length >= BELT_TAUGHT + BELT_UNSEEN && bad.length >= BELT_BAD) break;
    const file = join(dir, 'images', name);
    const boxes = await boxesOf(join(dir, 'labels', `${name.replace(/\.[^.]+$/, '')}.txt`));
    const { width, height } = await sharp(file).metadata();
    const side = Math.floor(PART * Math.min(width, height));
    const part = (left: number, top: number) =>
      scaled(sharp(file).extract({ left, top, width: side, height: side }), grid);
    const free = freePlace(boxes, side, { width, height }, random);
    if (free !== undefined && good.length < BELT_TAUGHT + BELT_UNSEEN) good.push(await part(...free));
    const [box] = boxes;
    if (box === undefined || bad.length >= BELT_BAD) continue;
    const [x, y] = [((box[0] + box[2]) / 2) * width - side / 2, ((box[1] + box[3]) / 2) * height - side / 2];
    bad.push(await part(within(x, width - side), within(y, height - side)));
  }
  return { grid, taught: BELT_TAUGHT, good, bad };
}

type Fractions = readonly [number, number, number, number];

async function boxesOf(path: string): Promise<readonly Fractions[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line): Fractions[] => {
    const numbers = line.trim().split(/\s+/).slice(1).map(Number);
    if (numbers.length < 4) return [];
    const xs = numbers.filter((_, n) => n % 2 === 0);
    const ys = numbers.filter((_, n) => n % 2 === 1);
    const [x = 0, y = 0, w = 0, h = 0] = numbers;
    if (numbers.length === 4) return [[x - w / 2, y - h / 2, x + w / 2, y + h / 2]];
    return [[Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]];
  });
}

function freePlace(
  boxes: readonly Fractions[],
  side: number,
  { width, height }: { readonly width: number; readonly height: number },
  random: () => number,
): [number, number] | undefined {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const [left, top] = [Math.floor(random() * (width - side)), Math.floor(random() * (height - side))];
    const hit = boxes.some(
      ([x1, y1, x2, y2]) =>
        x1 * width < left + side && x2 * width > left && y1 * height < top + side && y2 * height > top,
    );
    if (!hit) return [left, top];
  }
  return undefined;
}

async function scaled(image: Sharp, { width, height }: CellGrid): Promise<Uint8Array> {
  const pixels = await image
    .removeAlpha()
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return new Uint8Array(pixels);
}

function within(value: number, most: number): number {
  return Math.floor(Math.min(most, Math.max(0, value)));
}

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const random = seeded(seed);
  return list
    .map((item) => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}
