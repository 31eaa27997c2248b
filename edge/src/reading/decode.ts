import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, readBarcodes, type ReadResult } from 'zxing-wasm/reader';
import { symbolContrast } from './contrast.ts';
import { evenLight } from './even-light.ts';
import type { CodePicture, Corner, FoundCode, ReadOptions } from './picture.ts';
import { SYMBOLOGIES } from '../codes/index.ts';

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
const EVEN_LIGHT_PIXELS = 500_000;

/**
 * All codes in a picture, in whatever direction they are printed, from top to bottom. Where none is found it is looked at
 * once more in even light.
 */
export async function decode(picture: CodePicture, options: ReadOptions): Promise<readonly FoundCode[]> {
  const found = await decodeIn(picture, picture, options);
  const isSmall = picture.width * picture.height <= EVEN_LIGHT_PIXELS;
  if (found.length > 0 || options.evenLight === false || !isSmall) return found;
  return decodeIn(evenLight(picture), picture, options);
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
