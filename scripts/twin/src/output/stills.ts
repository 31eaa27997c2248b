import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Box, Random } from '../raster/index.ts';
import { type Condition, lookOf, type StyleName, underConditions } from '../styles/index.ts';
import { GARMENT_LABELS, opticsFor, type SceneKind, Stage, trainingPlay } from '../scenes/index.ts';

/** A detector's classes per kind of camera; a class's number is its place in the list. */
export const CLASSES: Readonly<Record<SceneKind, readonly string[]>> = {
  product: ['product', 'cap', 'defect'],
  people: ['person', 'headwear', 'bare_head'],
  floor: ['spill', 'litter'],
};

/** The classes of a set; garments add theirs to those of people. */
export function classesOf(kind: SceneKind, garments = false): readonly string[] {
  if (kind !== 'people' || !garments) return CLASSES[kind];
  return [...CLASSES.people, ...Object.values(GARMENT_LABELS).flatMap(({ worn, missing }) => [worn, missing])];
}

export interface Still {
  /** RGB24, width x height x 3 bytes. */
  readonly pixels: Buffer;
  readonly boxes: readonly Box[];
}

/** Boxes nobody could draw from the picture alone (hidden almost wholly, or a few pixels high) are not taught. */
function teachable(box: Box): boolean {
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  return box.visible >= 0.3 && Math.min(width, height) >= 6;
}

/** The looks that pictures of a set are drawn in; each picture takes one style and at most one condition of the lists. */
export interface Looks {
  readonly styles: readonly [StyleName, ...StyleName[]];
  /** Half of the pictures are taken under one of these. */
  readonly conditions: readonly Condition[];
  /** People wear and lack mask, gloves and coat, each with a label of its own. */
  readonly garments?: boolean;
}

export const PLAIN_LOOKS: Looks = { styles: ['plain'], conditions: [] };

/** Training picture number `index` of a set; each has a seed of its own and none depends on another. */
export function drawStill(
  kind: SceneKind,
  seed: number,
  index: number,
  width: number,
  height: number,
  looks: Looks = PLAIN_LOOKS,
): Still {
  const random = new Random('still', kind, seed, index);
  const chosen = new Random('still-look', kind, seed, index);
  const look = lookOf(chosen.pick(looks.styles), chosen);
  const [first, ...others] = looks.conditions;
  const condition = first !== undefined && chosen.chance(0.5) ? [chosen.pick([first, ...others])] : [];
  const optics = underConditions(opticsFor(random, 'training'), condition);
  const stage = new Stage(trainingPlay(kind, random, looks.garments ? [seed, index] : undefined), width, height, look);
  stage.paint(0);
  const pixels = Buffer.allocUnsafe(width * height * 3);
  stage.develop(optics, random.integer(0, 1 << 20), pixels);
  return { pixels, boxes: stage.boxes().filter(teachable) };
}

/** One YOLO label line per box: class, centre and size as fractions of the picture. */
export function yoloLabels(
  kind: SceneKind,
  boxes: readonly Box[],
  width: number,
  height: number,
  classes = classesOf(kind),
): string {
  const lines = boxes.map((box) => {
    const values = [
      (box.x1 + box.x2) / 2 / width,
      (box.y1 + box.y2) / 2 / height,
      (box.x2 - box.x1) / width,
      (box.y2 - box.y1) / height,
    ];
    return `${classes.indexOf(box.label)} ${values.map((v) => v.toFixed(6)).join(' ')}\n`;
  });
  return lines.join('');
}

export interface StillsOptions {
  readonly kind: SceneKind;
  readonly count: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly out: string;
  readonly looks?: Looks;
}

/** JPEG encoding runs beside painting; more than two at once would only fill memory. */
const IN_FLIGHT = 2;
const QUALITY = 88;

/** Writes images/NNNNN.jpg, labels/NNNNN.txt and names.txt. `progress` hears how many are done. */
export async function writeStills(options: StillsOptions, progress: (done: number) => void): Promise<void> {
  const { kind, count, seed, width, height, out, looks } = options;
  await mkdir(join(out, 'images'), { recursive: true });
  await mkdir(join(out, 'labels'), { recursive: true });
  const classes = classesOf(kind, looks?.garments);
  await writeFile(join(out, 'names.txt'), `${classes.join('\n')}\n`);
  const pending: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const still = drawStill(kind, seed, index, width, height, looks);
    const name = String(index).padStart(5, '0');
    const picture = sharp(still.pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: QUALITY });
    pending.push(
      Promise.all([
        picture.toFile(join(out, 'images', `${name}.jpg`)),
        writeFile(join(out, 'labels', `${name}.txt`), yoloLabels(kind, still.boxes, width, height, classes)),
      ]),
    );
    if (pending.length >= IN_FLIGHT) await pending.shift();
    if ((index + 1) % 100 === 0) progress(index + 1);
  }
  await Promise.all(pending);
  progress(count);
}
