import type { Anomaly, Mask, PictureSize } from '../domain/index.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Distinguishable, also for people with colour blindness. */
const COLOURS: readonly Colour[] = [
  [0, 158, 115],
  [230, 159, 0],
  [86, 180, 233],
  [213, 94, 0],
  [204, 121, 167],
  [240, 228, 66],
];
const HEAT: Colour = [230, 30, 30];
const COVER = 0.5;

/** Tints the pixels of an object; `pixels` is packed rgb. */
export function paintMask(pixels: Uint8Array, { width }: PictureSize, mask: Mask, classId: number): void {
  const colour = COLOURS[classId % COLOURS.length] ?? HEAT;
  let place = 0;
  for (const [n, length] of mask.runs.entries()) {
    const end = place + length;
    if (n % 2 === 1) {
      for (; place < end; place++) {
        const y = mask.y + Math.floor(place / mask.width);
        tint(pixels, 3 * (y * width + mask.x + (place % mask.width)), colour, COVER);
      }
    }
    place = end;
  }
}

/** Tints the image by its anomaly map: half the opacity where a value is at `threshold`, full opacity at twice that. */
export function paintMap(
  pixels: Uint8Array,
  { width, height }: PictureSize,
  map: NonNullable<Anomaly['map']>,
  threshold: number,
): void {
  for (let y = 0; y < height; y++) {
    const row = Math.min(map.height - 1, Math.floor((y * map.height) / height)) * map.width;
    for (let x = 0; x < width; x++) {
      const value = map.values[row + Math.min(map.width - 1, Math.floor((x * map.width) / width))] ?? 0;
      const cover = Math.min(1, Math.max(0, value / (2 * threshold)));
      tint(pixels, 3 * (y * width + x), HEAT, cover * 0.8);
    }
  }
}

function tint(pixels: Uint8Array, at: number, colour: Colour, cover: number): void {
  for (const channel of [0, 1, 2] as const) {
    const was = pixels[at + channel] ?? 0;
    pixels[at + channel] = was + (colour[channel] - was) * cover;
  }
}
