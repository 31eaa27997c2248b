import type { PictureSize } from '../domain/index.ts';
import type { Overlay } from '../pipeline/index.ts';
import { overlaySvg } from './draw.ts';
import { imageLibrary } from './image-library.ts';

export interface HeatDrawing {
  /** Packed rgb of the image. */
  readonly pixels: Uint8Array;
  readonly size: PictureSize;
  /** Over the whole image, row by row, 0 to 1. */
  readonly heat: { readonly width: number; readonly height: number; readonly values: Float32Array };
  /** In pixels of the image. */
  readonly overlays: readonly Overlay[];
}

/** From cold to hot. The brightness differs too, for people who cannot distinguish colours. */
const RAMP: readonly (readonly [number, number, number])[] = [
  [30, 20, 90],
  [150, 30, 120],
  [225, 80, 50],
  [255, 175, 30],
  [255, 250, 160],
];
const MOST_ALPHA = 190;

/** PNG of an image with a heat map over it, transparent where it is cold, and boxes on top. */
export async function drawHeat({ pixels, size, heat, overlays }: HeatDrawing): Promise<Buffer> {
  const sharp = await imageLibrary();
  const { width, height } = size;
  const veil = await sharp(colours(heat.values), { raw: { width: heat.width, height: heat.height, channels: 4 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
  const layers = [{ input: veil, left: 0, top: 0 }];
  if (overlays.length > 0) {
    layers.push({ input: Buffer.from(overlaySvg({ source: size, overlays }, size)), left: 0, top: 0 });
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .composite(layers)
    .png()
    .toBuffer();
}

/** RGBA of heats: its colour lies between two stops of the ramp, its cover grows with it. */
function colours(values: Float32Array): Uint8Array {
  const out = new Uint8Array(4 * values.length);
  for (const [at, value] of values.entries()) {
    const heat = Math.min(1, Math.max(0, value));
    const place = heat * (RAMP.length - 1);
    const low = RAMP[Math.floor(place)] ?? [0, 0, 0];
    const high = RAMP[Math.ceil(place)] ?? low;
    for (const channel of [0, 1, 2] as const) {
      out[4 * at + channel] = low[channel] + (high[channel] - low[channel]) * (place % 1);
    }
    out[4 * at + 3] = MOST_ALPHA * Math.min(1, 1.5 * heat);
  }
  return out;
}
