import sharp from 'sharp';
import type { PictureSize } from '../domain/index.ts';
import type { Overlay } from '../pipeline/index.ts';

// Drawing must not take time from inference.
sharp.concurrency(1);
sharp.cache(false);

const JPEG_QUALITY = 85;
const COLOURS: Readonly<Record<Overlay['colour'], string>> = { good: '#1b9e4b', bad: '#d62828', plain: '#2a6fdb' };

export interface Drawing {
  /** Packed rgb. */
  readonly pixels: Uint8Array;
  readonly size: PictureSize;
  /** Size in whose pixels the boxes are. */
  readonly source: PictureSize;
  readonly overlays: readonly Overlay[];
  readonly maxWidth?: number | undefined;
}

/** JPEG of a frame with boxes and their texts. */
export async function drawJpeg(drawing: Drawing): Promise<{ jpeg: Buffer; width: number; height: number }> {
  const { pixels, size, maxWidth } = drawing;
  const width = Math.min(size.width, Math.max(16, Math.round(maxWidth ?? size.width)));
  const height = Math.max(1, Math.round((size.height * width) / size.width));
  let image = sharp(pixels, { raw: { width: size.width, height: size.height, channels: 3 } });
  if (width !== size.width) image = image.resize(width, height, { fit: 'fill' });
  if (drawing.overlays.length > 0) {
    image = image.composite([{ input: Buffer.from(overlaySvg(drawing, { width, height })), left: 0, top: 0 }]);
  }
  return { jpeg: await image.jpeg({ quality: JPEG_QUALITY }).toBuffer(), width, height };
}

/** Boxes and texts as an SVG of the frame's size. */
export function overlaySvg(drawing: Pick<Drawing, 'source' | 'overlays'>, out: PictureSize): string {
  const kx = out.width / drawing.source.width;
  const ky = out.height / drawing.source.height;
  const font = Math.max(10, Math.round(out.height / 32));
  const line = Math.max(2, Math.round(out.height / 270));
  const shapes = drawing.overlays.map(({ box, text, colour }) => {
    const [x1, y1, x2, y2] = [box[0] * kx, box[1] * ky, box[2] * kx, box[3] * ky];
    const stroke = COLOURS[colour];
    const rect = `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${stroke}" stroke-width="${line}"/>`;
    if (text === '') return rect;
    const plate = { width: text.length * font * 0.62 + font * 0.6, height: font * 1.35 };
    // Above the box, or inside it where there is no space above.
    const top = y1 >= plate.height ? y1 - plate.height : y1;
    const left = Math.max(0, Math.min(x1, out.width - plate.width));
    return [
      rect,
      `<rect x="${left}" y="${top}" width="${plate.width}" height="${plate.height}" fill="${stroke}"/>`,
      `<text x="${left + font * 0.3}" y="${top + font}" font-family="DejaVu Sans Mono, monospace" font-size="${font}" fill="#fff">${escapeXml(text)}</text>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${out.width}" height="${out.height}">${shapes.join('')}</svg>`;
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters are not allowed in XML at all.
  return text.replace(/\p{Cc}/gu, '').replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
