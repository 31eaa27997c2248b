import type { PictureSize } from '../domain/index.ts';
import { rgbOfYuv, type YuvMatrix } from '../camera/index.ts';
import type { Overlay } from '../pipeline/index.ts';
import { halfYuv } from './half-yuv.ts';
import { imageLibrary } from './image-library.ts';
import { placeLabels } from './label-placement.ts';

const JPEG_QUALITY = 85;
const COLOURS: Readonly<Record<Overlay['colour'], string>> = { good: '#1b9e4b', bad: '#d62828', plain: '#2a6fdb' };

export interface Drawing {
  /** Packed rgb, or planes where there is a matrix. */
  readonly pixels: Uint8Array;
  readonly size: PictureSize;
  readonly matrix?: YuvMatrix | undefined;
  /** Size in whose pixels the boxes are. */
  readonly source: PictureSize;
  readonly overlays: readonly Overlay[];
  readonly maxWidth?: number | undefined;
  /** JPEG quality, 1 to 100. */
  readonly quality?: number | undefined;
}

/** JPEG of a frame with boxes and their texts. */
export async function drawJpeg(drawing: Drawing): Promise<{ jpeg: Buffer; width: number; height: number }> {
  const sharp = await imageLibrary();
  const { matrix, maxWidth, quality = JPEG_QUALITY } = drawing;
  const width = Math.min(drawing.size.width, Math.max(16, Math.round(maxWidth ?? drawing.size.width)));
  const height = Math.max(1, Math.round((drawing.size.height * width) / drawing.size.width));
  const { pixels, size } = shrunk(drawing, width);
  const rgb = matrix === undefined ? pixels : rgbOfYuv(pixels, size, matrix);
  let image = sharp(rgb, { raw: { width: size.width, height: size.height, channels: 3 } });
  if (width !== size.width) image = image.resize(width, height, { fit: 'fill' });
  if (drawing.overlays.length > 0) {
    image = image.composite([{ input: Buffer.from(overlaySvg(drawing, { width, height })), left: 0, top: 0 }]);
  }
  return { jpeg: await image.jpeg({ quality }).toBuffer(), width, height };
}

/** Halved as long as it stays as wide as it has to be; packed rgb is left to the image library. */
function shrunk({ pixels, size, matrix }: Drawing, width: number): Pick<Drawing, 'pixels' | 'size'> {
  let picture = { pixels, size };
  while (matrix !== undefined && picture.size.width >= 2 * width && picture.size.height > 1) {
    picture = halfYuv(picture.pixels, picture.size);
  }
  return picture;
}

/** Boxes and texts as an SVG of the frame's size. No text covers another; one without a place near its box is left out. */
export function overlaySvg(drawing: Pick<Drawing, 'source' | 'overlays'>, out: PictureSize): string {
  const kx = out.width / drawing.source.width;
  const ky = out.height / drawing.source.height;
  const font = Math.max(10, Math.round(out.height / 32));
  const line = Math.max(2, Math.round(out.height / 270));
  const shapes = drawing.overlays.map(({ box: [x1, y1, x2, y2], text, colour }) => ({
    ...{ text, stroke: COLOURS[colour] },
    box: { left: x1 * kx, top: y1 * ky, width: (x2 - x1) * kx, height: (y2 - y1) * ky },
  }));
  const rects = shapes.map(
    ({ box: { left, top, width, height }, stroke }) =>
      `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="${stroke}" stroke-width="${line}"/>`,
  );
  // What an event is about is named before all else.
  const named = shapes.filter(({ text }) => text !== '').toSorted((a, b) => rank(a.stroke) - rank(b.stroke));
  const places = placeLabels(
    named.map(({ box, text }) => ({
      box,
      label: { width: text.length * font * 0.62 + font * 0.6, height: font * 1.35 },
    })),
    out,
  );
  const labels = named.flatMap(({ text, stroke }, index) => {
    const place = places[index];
    if (place === undefined) return [];
    const { left, top, width, height } = place;
    return [
      `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${stroke}"/>`,
      `<text x="${left + font * 0.3}" y="${top + font}" font-family="DejaVu Sans Mono, monospace" font-size="${font}" fill="#fff">${escapeXml(text)}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${out.width}" height="${out.height}">${[...rects, ...labels].join('')}</svg>`;
}

const rank = (stroke: string): number => (stroke === COLOURS.bad ? 0 : 1);

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters are not allowed in XML at all.
  return text.replace(/\p{Cc}/gu, '').replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
