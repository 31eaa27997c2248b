import { type Canvas, linear, Random, rectangle, type Rgb, solid, SPECKLE, type Paint } from '../raster/index.ts';
import type { PackPrint } from './pack-print.ts';
import { drawText, textWidth } from './stroke-font.ts';
import { type PrintedSymbol, type SymbolKind, symbolOf } from './symbols.ts';

/** Where a print goes, in units. */
export interface PrintArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly symbol: SymbolKind;
  /** Fraction of packs with a reflection. */
  readonly glare: number;
  /** Where the pack is: -1 where it comes into the picture, 1 where it leaves it. */
  readonly passed: number;
}

const INK: Rgb = [24, 24, 30];
const PAPER: Rgb = [236, 235, 228];
/** A wide code stands upright on a bottle, where the label is narrow; from this on. */
const WIDE = 1.6;
/** Part of the area below the code that text takes; less where the code stands upright. */
const TEXT = 0.4;
const TEXT_BELOW_UPRIGHT = 0.22;
const SMEARS = 7;

/** Draws the label's white field with code and text. Nothing where the label is missing. */
export function drawPrint(canvas: Canvas, print: PackPrint, area: PrintArea): void {
  if (print.fault === 'missing_label') return;
  const random = new Random('print', print.seed);
  const turn = print.fault === 'crooked' ? random.pick([-1, 1]) * random.between(0.17, 0.24) : random.around(0, 0.015);
  const shrink = print.fault === 'crooked' ? 0.86 : 1;
  const { width, height } = area;
  canvas.within(area.x + width / 2, area.y + height / 2, shrink, shrink, turn, () => {
    const [x, y] = [-width / 2, -height / 2];
    canvas.fill(rectangle(x, y, width, height), solid(PAPER, 1, { tile: SPECKLE, amount: 5, x, y }));
    const ink = solid(INK, print.fault === 'faded' ? random.between(0.42, 0.55) : random.between(0.88, 1));
    const symbol = symbolOf(area.symbol, print.code);
    const code = height * (1 - (isUpright(symbol) ? TEXT_BELOW_UPRIGHT : TEXT));
    drawCode(canvas, print, symbol, { ...area, x, y, height: code }, ink, random);
    drawLines(canvas, print, { ...area, x, y: y + code, height: height - code }, ink, random);
    if (random.chance(area.glare)) drawGlare(canvas, area, random);
  });
}

function isUpright({ width, height }: PrintedSymbol): boolean {
  return width > WIDE * height;
}

function drawCode(
  canvas: Canvas,
  print: PackPrint,
  symbol: PrintedSymbol,
  area: PrintArea,
  ink: Paint,
  random: Random,
): void {
  const upright = isUpright(symbol);
  const [wide, high] = upright ? [symbol.height, symbol.width] : [symbol.width, symbol.height];
  const module = Math.min(area.width / (wide + 2 * symbol.quiet), area.height / (high + 2 * symbol.quiet));
  canvas.within(area.x + area.width / 2, area.y + area.height / 2, module, module, upright ? Math.PI / 2 : 0, () => {
    canvas.within(-symbol.width / 2, -symbol.height / 2, 1, 1, 0, () => {
      if (print.fault === 'smeared')
        smear(ink, symbol.width / 6, random, (x, paint) => drawModules(canvas, symbol, x, paint));
      else drawModules(canvas, symbol, 0, ink);
    });
  });
}

function drawModules(canvas: Canvas, { dark }: PrintedSymbol, shift: number, paint: Paint): void {
  for (const [x, y, width, height] of dark) canvas.fill(rectangle(x + shift, y, width, height), paint);
}

function drawLines(canvas: Canvas, print: PackPrint, area: PrintArea, ink: Paint, random: Random): void {
  const { date, lot, fault } = print;
  const longest = print.date ?? '00.00.00';
  const height = Math.min(area.height * 0.34, (area.width * 0.88) / textWidth(longest, 1));
  const [x, first, second] = [area.x + area.width * 0.06, area.y + area.height * 0.08, area.y + area.height * 0.58];
  if (date !== undefined) {
    const draw = (shift: number, paint: Paint): void => drawText(canvas, date, x + shift, first, height, paint);
    if (fault === 'unreadable_date' || fault === 'smeared') smear(ink, height * 1.6, random, draw);
    else draw(0, ink);
    if (fault === 'overprinted')
      drawText(canvas, overprint(date), x + height * 0.3, first + height * 0.22, height, ink);
  }
  drawText(canvas, `L ${lot}`, x, second, height, ink);
}

/** Wet ink that is wiped aside: many thin copies, up to `reach` from the first. */
function smear(ink: Paint, reach: number, random: Random, draw: (shift: number, paint: Paint) => void): void {
  const alpha = (ink.ramp[3] ?? 255) / 255;
  for (let n = 0; n < SMEARS; n += 1)
    draw((n / (SMEARS - 1)) * reach * random.between(0.9, 1.1), solid(INK, alpha * 0.3));
}

/** A date of which every digit differs. */
function overprint(date: string): string {
  return date.replace(/\d/g, (digit) => String((Number(digit) + 3) % 10));
}

/** A lamp in the varnish: a bright band in which ink is hardly to be seen, and which runs over the print as the pack passes. */
function drawGlare(canvas: Canvas, area: PrintArea, random: Random): void {
  const { width, height } = area;
  const middle = (random.between(-0.5, 0.5) + area.passed * random.between(0.7, 1.1)) * width;
  const half = width * random.between(0.06, 0.12);
  const white: Rgb = [255, 255, 252];
  canvas.fill(
    rectangle(middle - half, -height / 2, half * 2, height),
    linear(
      [middle - half, 0, middle + half, 0],
      [
        [0, white, 0],
        [0.5, white, random.between(0.5, 0.8)],
        [1, white, 0],
      ],
    ),
  );
}
