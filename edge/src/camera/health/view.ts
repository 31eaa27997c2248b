import type { PictureSize } from '../../domain/index.ts';
import type { LumaAt } from './luma.ts';

/** Size of the small grey picture that is kept of a view. */
export const VIEW = { width: 96, height: 54 } as const;
const CELLS = VIEW.width * VIEW.height;
/** Pixels of a cell that are read, across and down. */
const SAMPLES = 3;
/** Edges weaker than this many levels count for little: they are noise. */
const NOISE_LEVELS = 3;

/** A small grey picture, row by row, levels 0 to 255. */
export type View = Float32Array;

/** The view of a picture: each cell is the mean of a few of its pixels. */
export function viewOf(lumaAt: LumaAt, { width, height }: PictureSize): View {
  const view = new Float32Array(CELLS);
  for (let cell = 0; cell < CELLS; cell += 1) {
    const [left, top] = [cell % VIEW.width, Math.floor(cell / VIEW.width)];
    let sum = 0;
    for (let n = 0; n < SAMPLES * SAMPLES; n += 1) {
      const x = Math.floor(((left + ((n % SAMPLES) + 0.5) / SAMPLES) * width) / VIEW.width);
      const y = Math.floor(((top + (Math.floor(n / SAMPLES) + 0.5) / SAMPLES) * height) / VIEW.height);
      sum += lumaAt(x, y);
    }
    view[cell] = sum / (SAMPLES * SAMPLES);
  }
  return view;
}

/** The same as text, and back; undefined where the text is no view. */
export function viewText(view: View): string {
  return Buffer.from(Uint8Array.from(view, (level) => Math.round(level))).toString('base64');
}

export function viewFrom(text: string): View | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === CELLS ? Float32Array.from(bytes) : undefined;
}

/** Direction and strength of the edges of a view; strong edges count alike, so that one lamp does not decide. */
export interface Edges {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** `hidden` cells show a mask: neither they nor what borders on them has edges. */
export function edgesOf(view: View, hidden?: readonly boolean[]): Edges {
  const [x, y] = [new Float32Array(CELLS), new Float32Array(CELLS)];
  for (let row = 1; row < VIEW.height - 1; row += 1) {
    for (let column = 1; column < VIEW.width - 1; column += 1) {
      const at = row * VIEW.width + column;
      if (hidden !== undefined && touches(hidden, at)) continue;
      const across = (view[at + 1] ?? 0) - (view[at - 1] ?? 0);
      const down = (view[at + VIEW.width] ?? 0) - (view[at - VIEW.width] ?? 0);
      const strength = Math.hypot(across, down) + NOISE_LEVELS;
      x[at] = across / strength;
      y[at] = down / strength;
    }
  }
  return { x, y };
}

function touches(hidden: readonly boolean[], at: number): boolean {
  return [at, at - 1, at + 1, at - VIEW.width, at + VIEW.width].some((cell) => hidden[cell] === true);
}

/** How much two views have the same edges in the same places, 0 to 1; the second is shifted by whole cells. */
export function similarity(a: Edges, b: Edges, [shiftX, shiftY]: readonly [number, number] = [0, 0]): number {
  let [both, ofA, ofB] = [0, 0, 0];
  const [fromX, toX] = [Math.max(0, -shiftX), Math.min(VIEW.width, VIEW.width - shiftX)];
  const [fromY, toY] = [Math.max(0, -shiftY), Math.min(VIEW.height, VIEW.height - shiftY)];
  for (let row = fromY; row < toY; row += 1) {
    for (let column = fromX; column < toX; column += 1) {
      const at = row * VIEW.width + column;
      const other = (row + shiftY) * VIEW.width + column + shiftX;
      const [ax, ay, bx, by] = [a.x[at] ?? 0, a.y[at] ?? 0, b.x[other] ?? 0, b.y[other] ?? 0];
      both += ax * bx + ay * by;
      ofA += ax * ax + ay * ay;
      ofB += bx * bx + by * by;
    }
  }
  return ofA === 0 || ofB === 0 ? 0 : Math.max(0, both / Math.sqrt(ofA * ofB));
}

export interface Shift {
  readonly similarity: number;
  /** Fraction of the width of the picture by which the view is shifted. */
  readonly fraction: number;
}

/** Largest shift that is looked for, in cells: an eighth of the width. */
const SHIFT_MAX = 12;

/** The shift under which the second view is most like the first. Costs some milliseconds. */
export function bestShift(a: Edges, b: Edges): Shift {
  let best: Shift = { similarity: 0, fraction: 0 };
  for (let shiftY = -SHIFT_MAX; shiftY <= SHIFT_MAX; shiftY += 1) {
    for (let shiftX = -SHIFT_MAX; shiftX <= SHIFT_MAX; shiftX += 1) {
      const like = similarity(a, b, [shiftX, shiftY]);
      if (like > best.similarity) best = { similarity: like, fraction: Math.hypot(shiftX, shiftY) / VIEW.width };
    }
  }
  return best;
}
