import { greyAt } from './grey-plane.ts';
import type { CodePicture, Corner, FoundCode } from './picture.ts';

/** Bars and spaces at the start of a code whose length is not fixed, and the modules that they take together. */
interface StartPattern {
  readonly elements: number;
  readonly modules: number;
}

interface Needed {
  /** Modules of the symbol, or how to measure its module. */
  readonly modules: number | StartPattern;
  /** Modules of free space on the left and on the right. */
  readonly left: number;
  readonly right: number;
}

/**
 * GS1 General Specifications, 5.2 to 5.4; ISO/IEC 15417, 4.2.1 (Code 128), ISO/IEC 16390, 4.4 (ITF). GS1 DataBar needs no
 * free space (ISO/IEC 24724, 5.2), so none is measured.
 */
const NEEDED: Readonly<Record<string, Needed>> = {
  EAN13: { modules: 95, left: 11, right: 7 },
  UPCA: { modules: 95, left: 9, right: 9 },
  UPCE: { modules: 51, left: 9, right: 7 },
  EAN8: { modules: 67, left: 7, right: 7 },
  // Each start character has three bars and three spaces.
  Code128: { modules: { elements: 6, modules: 11 }, left: 10, right: 10 },
  // Two narrow bars and two narrow spaces.
  ITF: { modules: { elements: 4, modules: 4 }, left: 10, right: 10 },
  ITF14: { modules: { elements: 4, modules: 4 }, left: 10, right: 10 },
};

/** Modules of free space on all four sides (ISO/IEC 16022, 7.5; ISO/IEC 18004, 6.3.8). */
const NEEDED_AROUND: Readonly<Record<string, number>> = { DataMatrix: 1, QRCode: 4 };

/** Heights at which the free space is measured, as fractions of the code; the median counts. */
const LINES = [0.3, 0.4, 0.5, 0.6, 0.7];
/** Places along each side of a code of two dimensions. */
const PLACES = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Steps of a module. */
const STEP = 0.25;
/** Of a line along which edges of bars are looked for: bars of two pixels are measured to an eighth. */
const SAMPLES_PER_PIXEL = 8;
/** At most so many times what is needed. */
const MOST = 1.5;

/**
 * The free space beside a code of bars, or around a Data Matrix or QR code, as a fraction of what it needs on the side that
 * has least, at most 1.5; undefined for DataBar, and where the picture ends before a mark does.
 */
export function quietZoneOf(picture: CodePicture, code: FoundCode): number | undefined {
  const around = NEEDED_AROUND[code.symbology];
  return around === undefined ? besideBars(picture, code) : aroundModules(picture, code, around);
}

function besideBars(picture: CodePicture, { symbology, corners }: FoundCode): number | undefined {
  const needed = NEEDED[symbology];
  if (needed === undefined) return undefined;
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const sides = LINES.flatMap((down) => {
    const [from, to] = [between(topLeft, bottomLeft, down), between(topRight, bottomRight, down)];
    const modules =
      typeof needed.modules === 'number' ? needed.modules : modulesBetween(picture, from, to, needed.modules);
    if (modules === undefined) return [];
    const module: Corner = [(to[0] - from[0]) / modules, (to[1] - from[1]) / modules];
    const back: Corner = [-module[0], -module[1]];
    const left = freeModules({
      picture,
      end: from,
      module: back,
      needed: needed.left,
      dark: edgeOf(picture, from, back),
    });
    const right = freeModules({ picture, end: to, module, needed: needed.right, dark: edgeOf(picture, to, module) });
    return left === undefined || right === undefined ? [] : [Math.min(left / needed.left, right / needed.right)];
  });
  return medianOf(sides);
}

/**
 * Modules of a code whose length is not fixed, by the width of its start pattern; undefined where that is not to be seen.
 *
 * @param from left end of a line through the bars, `to` the right one.
 */
function modulesBetween(picture: CodePicture, from: Corner, to: Corner, start: StartPattern): number | undefined {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const samples = Math.ceil(length * SAMPLES_PER_PIXEL);
  const greys = Array.from({ length: samples + 1 }, (_, n) => {
    const [x, y] = between(from, to, n / samples);
    return greyBetween(picture, x, y);
  });
  const seen = greys.filter((grey) => grey !== undefined);
  const middle = (Math.min(...seen) + Math.max(...seen)) / 2;
  const edges = greys.flatMap((grey = middle, n) =>
    n > 0 && grey < middle !== (greys[n - 1] ?? middle) < middle ? [n] : [],
  );
  // The line may begin a little before the first bar, and then has one more edge, into it.
  const first = (greys[0] ?? 0) < middle ? 0 : edges[0];
  const last = edges.filter((edge) => edge > (first ?? samples))[start.elements - 1];
  if (first === undefined || last === undefined) return undefined;
  return (samples / (last - first)) * start.modules;
}

function aroundModules(picture: CodePicture, code: FoundCode, needed: number): number | undefined {
  const { corners, modules } = code;
  if (modules === undefined) return undefined;
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const dark = middleGrey(picture, code);
  const [wide, high] = modules;
  // Each side from one corner to the next, and the way out of the code from it.
  const sides = [
    { from: topLeft, to: topRight, across: [bottomLeft, topLeft], count: high },
    { from: topRight, to: bottomRight, across: [topLeft, topRight], count: wide },
    { from: bottomRight, to: bottomLeft, across: [topLeft, bottomLeft], count: high },
    { from: bottomLeft, to: topLeft, across: [topRight, topLeft], count: wide },
  ] as const;
  const free = sides.map(({ from, to, across: [inner, outer], count }) => {
    const module: Corner = [(outer[0] - inner[0]) / count, (outer[1] - inner[1]) / count];
    const found = PLACES.map((along) => freeModules({ picture, end: between(from, to, along), module, needed, dark }));
    return medianOf(found.filter((one) => one !== undefined));
  });
  return free.some((one) => one === undefined) ? undefined : Math.min(...free.map((one = 0) => one / needed));
}

interface WayOut {
  readonly picture: CodePicture;
  /** Edge of the code, and one module away from it. */
  readonly end: Corner;
  readonly module: Corner;
  /** Modules that must be free. */
  readonly needed: number;
  /** Darker than this is a mark; undefined where it is not known. */
  readonly dark: number | undefined;
}

/** Modules from the end of a code to the next mark, at most half as many again as it needs. */
function freeModules({ picture, end, module, needed, dark }: WayOut): number | undefined {
  if (dark === undefined) return undefined;
  // The edge itself is known to half a module.
  for (let modules = needed > 1 ? 1.5 : 0.5; modules <= needed * MOST; modules += STEP) {
    const grey = at(picture, end, module, modules);
    if (grey === undefined) return modules >= needed ? modules : undefined;
    if (grey < dark) return modules;
  }
  return needed * MOST;
}

/** Half-way between the bar at the end of a code and the paper beside it; undefined where there is no such edge. */
function edgeOf(picture: CodePicture, end: Corner, module: Corner): number | undefined {
  const [bar, paper] = [at(picture, end, module, -0.5), at(picture, end, module, 1.5)];
  return bar === undefined || paper === undefined || paper <= bar ? undefined : (bar + paper) / 2;
}

/** Half-way between the darkest and the lightest part of a code. */
function middleGrey(picture: CodePicture, { corners }: FoundCode): number | undefined {
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const greys = PLACES.flatMap((down) =>
    Array.from({ length: 64 }, (_, n) => {
      const [from, to] = [between(topLeft, bottomLeft, down), between(topRight, bottomRight, down)];
      const [x, y] = between(from, to, n / 63);
      return greyAt(picture, Math.round(x), Math.round(y));
    }),
  ).filter((grey) => grey !== undefined);
  return greys.length === 0 ? undefined : (Math.min(...greys) + Math.max(...greys)) / 2;
}

/** The grey value so many modules away from a place. */
function at(picture: CodePicture, end: Corner, module: Corner, modules: number): number | undefined {
  return greyAt(picture, Math.round(end[0] + module[0] * modules), Math.round(end[1] + module[1] * modules));
}

/** The grey value between pixels of one row, so that edges are known to less than a pixel. */
function greyBetween(picture: CodePicture, x: number, y: number): number | undefined {
  const [left, row] = [Math.floor(x), Math.round(y)];
  const [one, other] = [greyAt(picture, left, row), greyAt(picture, left + 1, row)];
  if (one === undefined) return undefined;
  return other === undefined ? one : one + (other - one) * (x - left);
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function between([x1, y1]: Corner, [x2, y2]: Corner, part: number): Corner {
  return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
}
