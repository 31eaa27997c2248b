import type { Rgb } from './colour.ts';
import type { NoiseTile } from './noise.ts';
import type { Paint } from './paint.ts';
import type { Path } from './path.ts';

/**
 * How shapes are drawn: a canvas with a pen gives the same scene, with the same objects, another look. Every field has
 * a value that changes nothing.
 */
export interface Pen {
  /** Degrees by which hues are turned; 0 leaves them. */
  readonly hue: number;
  /** 1 leaves colours as they are, 0 is grey. */
  readonly saturation: number;
  /** Colour that everything is mixed with, and its weight 0..1. */
  readonly tint: Rgb;
  readonly tinted: number;
  /** Number of levels per channel; 0 keeps all. */
  readonly levels: number;
  /** 0 paints shapes flat, 1 as designed, above 1 with stronger light and shadow. */
  readonly shading: number;
  /** Factor on the amount of texture of shapes that have one. */
  readonly texture: number;
  /** Texture of every opaque shape, in grey levels; 0 adds none. */
  readonly grain: number;
  /** The tile that takes the place of each texture's own. */
  readonly tile: NoiseTile | undefined;
  /** Contour of opaque shapes, in pixels of a picture 640 wide. */
  readonly outline: { readonly width: number; readonly colour: Rgb; readonly alpha: number } | undefined;
  /** How far outlines stray, in pixels of a picture 640 wide. */
  readonly wobble: number;
  /** Proportions of objects: width against height, and heads against bodies. 1 leaves them. */
  readonly slimness: number;
  readonly headSize: number;
  /** A number by which two pens of one style differ in their wobble. */
  readonly phase: number;
}

export const PLAIN_PEN: Pen = {
  hue: 0,
  saturation: 1,
  tint: [128, 128, 128],
  tinted: 0,
  levels: 0,
  shading: 1,
  texture: 1,
  grain: 0,
  tile: undefined,
  outline: undefined,
  wobble: 0,
  slimness: 1,
  headSize: 1,
  phase: 0,
};

/** Shapes more transparent than this are light or shadow: no contour, no grain. */
const OPAQUE = 225;

export function isOpaque(paint: Paint): boolean {
  return (paint.ramp[3] ?? 0) >= OPAQUE;
}

/** What a shape is filled with when this pen draws it. */
export function restyled(paint: Paint, pen: Pen): Paint {
  const { ramp } = paint;
  const out = new Uint8ClampedArray(ramp.length);
  const mean = meanOf(ramp);
  const turn = hueMatrix(pen.hue, pen.saturation);
  for (let q = 0; q < ramp.length; q += 4) {
    const shaded = [0, 1, 2].map((c) => mean[c]! + (ramp[q + c]! - mean[c]!) * pen.shading);
    for (let c = 0; c < 3; c += 1) {
      const turned = turn[c * 3]! * shaded[0]! + turn[c * 3 + 1]! * shaded[1]! + turn[c * 3 + 2]! * shaded[2]!;
      const mixed = turned + (pen.tint[c as 0 | 1 | 2] - turned) * pen.tinted;
      out[q + c] = pen.levels > 1 ? Math.round((mixed / 255) * (pen.levels - 1)) * (255 / (pen.levels - 1)) : mixed;
    }
    out[q + 3] = ramp[q + 3]!;
  }
  return { ...paint, ramp: out, ...textureOf(paint, pen) };
}

function textureOf(paint: Paint, pen: Pen): Pick<Paint, 'texture'> {
  const own = paint.texture;
  const amount = (own?.amount ?? 0) * pen.texture + (isOpaque(paint) ? pen.grain : 0);
  const tile = pen.tile ?? own?.tile;
  if (!tile || amount === 0) return {};
  return { texture: { tile, amount, x: own?.x ?? 0, y: own?.y ?? 0 } };
}

function meanOf(ramp: Uint8ClampedArray): number[] {
  const sum = [0, 0, 0];
  for (let q = 0; q < ramp.length; q += 4) for (let c = 0; c < 3; c += 1) sum[c]! += ramp[q + c]!;
  return sum.map((value) => value / (ramp.length / 4));
}

/** Row-major 3 x 3: turns the hue about the grey axis and scales the saturation, luma (BT.601) kept. */
function hueMatrix(degrees: number, saturation: number): number[] {
  const a = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(a) * saturation, Math.sin(a) * saturation];
  const [r, g, b] = [0.299, 0.587, 0.114];
  return [
    ...[r + c * (1 - r) + s * 0.168, g - c * g + s * 0.33, b - c * b - s * 0.497],
    ...[r - c * r - s * 0.328, g + c * (1 - g) + s * 0.035, b - c * b + s * 0.292],
    ...[r - c * r + s * 1.25, g - c * g - s * 1.05, b + c * (1 - b) - s * 0.203],
  ];
}

/** The path as a less steady hand draws it. `pixel`: pixels per unit of the path. */
export function wobbled(path: Path, pen: Pen, pixel: number): Path {
  const reach = pen.wobble / Math.max(1e-6, pixel);
  const wave = pixel / 23;
  const out = new Array<number>(path.length);
  for (let i = 0; i + 1 < path.length; i += 2) {
    const [x, y] = [path[i]!, path[i + 1]!];
    out[i] = x + reach * (Math.sin(y * wave + pen.phase) + 0.5 * Math.sin(y * wave * 2.7 + x * wave + 2 * pen.phase));
    out[i + 1] = y + reach * (Math.sin(x * wave + 3 * pen.phase) + 0.5 * Math.sin(x * wave * 2.3 - y * wave));
  }
  return out;
}

/** Moves the points of a closed outline (x, y, ... in pixels) outwards by `width`, in place. */
export function widen(points: Float64Array, count: number, width: number): void {
  let area = 0;
  for (let i = 0, j = count - 1; i < count; j = i, i += 1)
    area += points[j * 2]! * points[i * 2 + 1]! - points[i * 2]! * points[j * 2 + 1]!;
  const out = area >= 0 ? width : -width;
  const [firstX, firstY] = [points[0]!, points[1]!];
  let [px, py] = [points[count * 2 - 2]!, points[count * 2 - 1]!];
  for (let i = 0; i < count; i += 1) {
    const [x, y] = [points[i * 2]!, points[i * 2 + 1]!];
    const last = i + 1 === count;
    const [nx, ny] = last ? [firstX, firstY] : [points[i * 2 + 2]!, points[i * 2 + 3]!];
    const [tx, ty] = [nx - px, ny - py];
    const length = Math.hypot(tx, ty) || 1;
    points[i * 2] = x + (ty / length) * out;
    points[i * 2 + 1] = y - (tx / length) * out;
    [px, py] = [x, y];
  }
}
