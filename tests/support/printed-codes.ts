import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, writeBarcode, type WriterOptions } from 'zxing-wasm/writer';
import type { CodePicture } from '../../edge/src/reading/index.ts';
import { dice } from './dice.ts';

/** Modules of a code, row by row: true is dark. */
export interface CodeModules {
  readonly width: number;
  readonly height: number;
  readonly dark: readonly boolean[];
}

/** How a code is printed and photographed. Without anything: 3 pixels per module, upright, black on white. */
export interface Print {
  readonly pixelsPerModule?: number;
  readonly degrees?: number;
  /** Grey of its dark parts, 0 to 255. */
  readonly ink?: number;
  /** Pixels over which the picture is smeared to the right, as by motion. */
  readonly motion?: number;
  /** Greatest random change of a pixel, 0 to 255. */
  readonly noise?: number;
}

let prepared: Promise<unknown> | undefined;

/** The modules of a code as zxing writes it; `gs1` takes the content as printed, `(01)...(10)...`. */
export async function codeModules(
  text: string,
  format: NonNullable<WriterOptions['format']>,
  gs1 = false,
): Promise<CodeModules> {
  prepared ??= prepareWriter();
  await prepared;
  const { symbol, error } = await writeBarcode(text, { format, ...(gs1 ? { options: 'gs1' } : {}) });
  if (error !== '') throw new Error(`zxing does not write ${text} as ${format}: ${error}`);
  return { width: symbol.width, height: symbol.height, dark: Array.from(symbol.data, (value) => value === 0) };
}

/** A grey picture of one code with a quiet zone of 12 modules. Repeatable: noise comes from `seed`. */
export function printedCode(modules: CodeModules, print: Print = {}, seed = 1): CodePicture {
  const { pixelsPerModule = 3, degrees = 0, ink = 20, motion = 0, noise = 0 } = print;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const extent = (a: number, b: number): number => Math.abs(a * cos) + Math.abs(b * sin);
  const [wide, high] = [modules.width + 24, modules.height + 24];
  const width = Math.ceil(extent(wide, high) * pixelsPerModule);
  const height = Math.ceil(extent(high, wide) * pixelsPerModule);
  const sharp = Float64Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [
      ((at % width) - width / 2) / pixelsPerModule,
      (Math.floor(at / width) - height / 2) / pixelsPerModule,
    ];
    const [column, row] = [
      Math.floor(x * cos + y * sin + modules.width / 2),
      Math.floor(y * cos - x * sin + modules.height / 2),
    ];
    const inside = column >= 0 && row >= 0 && column < modules.width && row < modules.height;
    return inside && modules.dark[row * modules.width + column] === true ? ink : 235;
  });
  const roll = dice(seed);
  const pixels = Uint8Array.from(sharp, (_, at) => {
    const smear = Array.from({ length: motion + 1 }, (__, back) => sharp[at - Math.min(back, at % width)] ?? 235);
    const mean = smear.reduce((total, value) => total + value, 0) / smear.length;
    return Math.max(0, Math.min(255, mean + (noise === 0 ? 0 : roll(2 * noise + 1) - noise)));
  });
  return { width, height, channels: 1, pixels };
}

async function prepareWriter(): Promise<void> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')));
  const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}
