import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, readBarcodes, type ReadResult } from 'zxing-wasm/reader';
import { symbolContrast } from './contrast.ts';
import { evenLight } from './even-light.ts';
import { edgeWidth, sharpened } from './focus.ts';
import type { CodePicture, Corner, FoundCode, ReadOptions } from './picture.ts';
import { SYMBOLOGIES, type Symbology } from '../codes/index.ts';

/**
 * Loads zxing from its file: without this it would fetch it from a content network.
 *
 * @throws where the file is missing or damaged.
 */
export async function prepareDecoder(): Promise<void> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

/** Larger pictures are not looked at a second time: the region of a pack is smaller. */
const SECOND_LOOK_PIXELS = 500_000;
/** Edges as wide as this are out of focus; the decoder reads modules of 5.5 pixels behind narrower ones by itself. */
const OUT_OF_FOCUS_PX = 4.5;
/** Wider ones are those of no print at all. */
const WIDEST_EDGE_PX = 12;
/** Codes that correct errors: what sharpening makes of noise, they find out. A single check digit does not. */
const SHARPENED: readonly Symbology[] = ['DataMatrix', 'QRCode'];

/**
 * All codes in a picture, in whatever direction they are printed, from top to bottom. Where none is found it is looked at
 * once more in even light, and a Data Matrix or QR code out of focus sharpened, as it is and in even light.
 */
export async function decode(picture: CodePicture, options: ReadOptions): Promise<readonly FoundCode[]> {
  const found = await decodeIn(picture, picture, options);
  const { width, height } = picture;
  if (found.length > 0 || options.secondLook === false || width * height > SECOND_LOOK_PIXELS) return found;
  const even = await decodeIn(evenLight(picture), picture, options);
  const symbologies = SHARPENED.filter((one) => options.symbologies?.includes(one) !== false);
  if (even.length > 0 || symbologies.length === 0) return even;
  const edge = edgeWidth(picture);
  if (edge < OUT_OF_FOCUS_PX || edge > WIDEST_EDGE_PX) return even;
  const sharp = sharpened(picture, edge);
  const seen = await decodeIn(sharp, picture, { ...options, symbologies });
  return seen.length > 0 ? seen : decodeIn(evenLight(sharp), picture, { ...options, symbologies });
}

/** Codes that are read in `seen`, measured in the picture as it is. */
async function decodeIn(seen: CodePicture, picture: CodePicture, options: ReadOptions): Promise<readonly FoundCode[]> {
  const { symbologies = SYMBOLOGIES, most = 8 } = options;
  const results = await readBarcodes(rgbaOf(seen), {
    formats: [...symbologies],
    maxNumberOfSymbols: most,
    textMode: 'Plain',
    tryHarder: true,
    tryRotate: true,
    tryInvert: true,
    tryDownscale: true,
  });
  return results
    .filter(({ isValid }) => isValid)
    .map((result) => found(picture, result))
    .toSorted((a, b) => a.corners[0][1] - b.corners[0][1]);
}

function found(picture: CodePicture, result: ReadResult): FoundCode {
  const { format, text, symbologyIdentifier, position, rotation, symbol, extra } = result;
  const { topLeft, topRight, bottomRight, bottomLeft } = position;
  const corners = [corner(topLeft), corner(topRight), corner(bottomRight), corner(bottomLeft)] as const;
  const contrast = symbolContrast(picture, corners);
  const unused = unusedCorrection(extra);
  return {
    ...{ symbology: format, text, gs1: isGs1(symbologyIdentifier), corners, rotation, contrast },
    ...(symbol.width > 0 && symbol.height > 0 ? { modules: [symbol.width, symbol.height] as const } : {}),
    ...(unused === undefined ? {} : { unusedCorrection: unused }),
  };
}

/** `UEC` among the facts that zxing gives as JSON; undefined for codes without error correction. */
function unusedCorrection(extra: string): number | undefined {
  const value = /"UEC":\s*([\d.]+)/.exec(extra)?.[1];
  return value === undefined ? undefined : Math.min(1, Number(value));
}

/** Symbology identifiers that stand for GS1 data (ISO/IEC 15424). */
function isGs1(identifier: string): boolean {
  return ['C1', 'e0', 'd2', 'Q3', 'J1'].some((code) => identifier === `]${code}`);
}

function corner({ x, y }: { readonly x: number; readonly y: number }): Corner {
  return [x, y];
}

function rgbaOf({ width, height, channels, pixels }: CodePicture): {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly colorSpace: 'srgb';
} {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * channels;
    const red = pixels[from] ?? 0;
    data[pixel * 4] = red;
    data[pixel * 4 + 1] = channels === 1 ? red : (pixels[from + 1] ?? 0);
    data[pixel * 4 + 2] = channels === 1 ? red : (pixels[from + 2] ?? 0);
    data[pixel * 4 + 3] = 255;
  }
  return { data, width, height, colorSpace: 'srgb' };
}
