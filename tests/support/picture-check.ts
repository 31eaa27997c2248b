import sharp from 'sharp';
import { z } from 'zod';

/** Packed rgb of one picture. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type Rect = readonly [x1: number, y1: number, x2: number, y2: number];

const BITS = 8;
const CELL = 12;

/**
 * Filters of FFmpeg that write the number of each frame into its upper left corner: a row of cells, one for each bit,
 * and below it the same inverted.
 */
export function numberFilters(): string {
  const cells = Array.from({ length: BITS }, (_, bit) => {
    const isOne = `gte(mod(n\\,${2 ** (bit + 1)})\\,${2 ** bit})`;
    const box = (row: number, colour: string, enable: string): string =>
      `drawbox=x=${bit * CELL}:y=${row * CELL}:w=${CELL}:h=${CELL}:color=${colour}:t=fill:enable='${enable}'`;
    return [
      ...[box(0, 'white', isOne), box(0, 'black', `not(${isOne})`)],
      ...[box(1, 'black', isOne), box(1, 'white', `not(${isOne})`)],
    ];
  });
  return cells.flat().join(',');
}

/** The number that is written in a picture; undefined where the cells contradict each other. */
export function numberOf({ pixels, width }: Picture): number | undefined {
  const levelAt = (column: number, row: number): number => {
    const [x, y] = [column * CELL + CELL / 2, row * CELL + CELL / 2];
    return pixels[(y * width + x) * 3] ?? 0;
  };
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const [upper, lower] = [levelAt(bit, 0), levelAt(bit, 1)];
    if (Math.abs(upper - lower) < 120) return undefined;
    if (upper > lower) number += 2 ** bit;
  }
  return number;
}

/**
 * How much of the original's detail a picture has inside a rectangle, 0 to 1: the correlation of the differences between
 * neighbouring pixels. What is blurred keeps its mean colours and hardly anything of this.
 */
export function likeness(picture: Picture, original: Picture, [x1, y1, x2, y2]: Rect): number {
  let [ab, aa, bb] = [0, 0, 0];
  const luma = ({ pixels, width }: Picture, x: number, y: number): number => {
    const at = (y * width + x) * 3;
    return 0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0);
  };
  for (let y = Math.ceil(y1); y < Math.floor(y2) - 1; y += 1) {
    for (let x = Math.ceil(x1); x < Math.floor(x2) - 1; x += 1) {
      for (const [dx, dy] of [
        [1, 0],
        [0, 1],
      ] as const) {
        const a = luma(picture, x + dx, y + dy) - luma(picture, x, y);
        const b = luma(original, x + dx, y + dy) - luma(original, x, y);
        ab += a * b;
        aa += a * a;
        bb += b * b;
      }
    }
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

export async function decodeJpeg(bytes: Buffer): Promise<Picture> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

const Boxes = z.object({
  frames: z.array(
    z.object({
      frame: z.number(),
      boxes: z.array(
        z.object({
          ...{ label: z.string(), visible: z.number() },
          ...{ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() },
        }),
      ),
    }),
  ),
});

/** Where the heads are in each frame of a film of the twin, from the truth beside it. */
export function headsOf(truth: string): ReadonlyMap<number, readonly Rect[]> {
  const { frames } = Boxes.parse(JSON.parse(truth));
  return new Map(
    frames.map(({ frame, boxes }) => [
      frame,
      boxes
        .filter(({ label, visible }) => /head/.test(label) && visible >= 0.5)
        .map(({ x1, y1, x2, y2 }): Rect => [x1, y1, x2, y2]),
    ]),
  );
}
