import bwip from 'bwip-js';

/** Codes that can be printed, by their names at GS1. */
export const SYMBOLS = ['ean13', 'gs1-128', 'gs1datamatrix', 'gs1qrcode', 'qrcode'] as const;
export type SymbolKind = (typeof SYMBOLS)[number];

/** A code in modules, without its quiet zone. */
export interface PrintedSymbol {
  readonly width: number;
  readonly height: number;
  /** Dark parts: x, y, width, height. */
  readonly dark: readonly (readonly [number, number, number, number])[];
  /** Free space that it needs on every side. */
  readonly quiet: number;
}

/** What bwip-js gives without drawing: modules row by row, or widths of bars and spaces in turn. */
interface RawSymbol {
  readonly pixs?: readonly number[];
  readonly pixx?: number;
  readonly pixy?: number;
  readonly sbs?: readonly number[];
}

const KEPT = 512;
/** Height of the bars of a linear code, as a part of its width. */
const BARS = 0.45;
const made = new Map<string, PrintedSymbol>();

/**
 * The code with this content; GS1 contents as `(01)...(17)...`.
 *
 * @throws Error where the content cannot be written in this code.
 */
export function symbolOf(kind: SymbolKind, content: string): PrintedSymbol {
  const key = `${kind} ${content}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  if (made.size >= KEPT) made.clear();
  const [raw] = bwip.raw({ bcid: kind, text: content }) as readonly RawSymbol[];
  if (raw === undefined) throw new Error(`bwip-js writes no ${kind}`);
  const symbol = raw.sbs === undefined ? matrix(raw) : linear(raw.sbs, kind === 'ean13' ? 11 : 10);
  made.set(key, symbol);
  return symbol;
}

function linear(widths: readonly number[], quiet: number): PrintedSymbol {
  const dark: [number, number, number, number][] = [];
  const total = widths.reduce((sum, width) => sum + width, 0);
  const height = Math.round(total * BARS);
  let x = 0;
  widths.forEach((width, index) => {
    if (index % 2 === 0) dark.push([x, 0, width, height]);
    x += width;
  });
  return { width: total, height, dark, quiet };
}

/** Dark modules of a row that touch are one part, so that no line shows between them. */
function matrix({ pixs = [], pixx = 0, pixy = 0 }: RawSymbol): PrintedSymbol {
  const dark: [number, number, number, number][] = [];
  for (let y = 0; y < pixy; y += 1) {
    for (let x = 0; x < pixx; x += 1) {
      if (pixs[y * pixx + x] !== 1) continue;
      let end = x + 1;
      while (end < pixx && pixs[y * pixx + end] === 1) end += 1;
      dark.push([x, y, end - x, 1]);
      x = end;
    }
  }
  return { width: pixx, height: pixy, dark, quiet: 2 };
}
