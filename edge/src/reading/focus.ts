import { greyOf } from './grey.ts';
import type { CodePicture } from './picture.ts';

/** Brightest and darkest part of the pixels that are no ink or no paper: specks and reflections. */
const LIGHT_FROM = 0.95;
const DARK_TO = 0.02;
/** Part of the pixels that lie on the steepest edges. */
const STEEPEST = 0.01;
/** Slopes are counted to this part of a grey value. */
const SLOPE_STEPS = 8;
/** Standard deviation of the Gaussian that is as wide as a lens's spot, as a part of the width of an edge. */
const SPOT = 0.42;
/** What a spot takes away is added so many times. More makes noise into modules, less leaves modules grey. */
const AMOUNT = 6;
/** A Gaussian ends at this many standard deviations. */
const REACH = 2.5;

/**
 * Pixels from dark to light across the sharpest edges of a picture: about 2 where the lens is in focus, in whatever light and
 * also where motion smears one direction; as many as the spot of light is wide into which a lens out of focus draws a point.
 * Where nothing is printed it says nothing.
 */
export function edgeWidth(picture: CodePicture): number {
  const { width, height, pixels } = greyOf(picture);
  const greys = new Uint32Array(256);
  const slopes = new Uint32Array(256 * SLOPE_STEPS);
  let counted = 0;
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const across = (pixels[at + 1] ?? 0) - (pixels[at - 1] ?? 0);
      const down = (pixels[at + width] ?? 0) - (pixels[at - width] ?? 0);
      const slope = Math.round((Math.hypot(across, down) / 2) * SLOPE_STEPS);
      slopes[slope] = (slopes[slope] ?? 0) + 1;
      const grey = pixels[at] ?? 0;
      greys[grey] = (greys[grey] ?? 0) + 1;
      counted += 1;
    }
  const range = valueAt(greys, counted * LIGHT_FROM) - valueAt(greys, counted * DARK_TO);
  const steepest = valueAt(slopes, counted * (1 - STEEPEST)) / SLOPE_STEPS;
  return steepest === 0 ? 0 : range / steepest;
}

/**
 * The picture in grey with what a lens out of focus took from its edges added again (unsharp mask).
 *
 * @param edge width of its edges, as `edgeWidth` measures it: the mask must be as wide as the spot, and a narrower one
 * makes nothing readable.
 */
export function sharpened(picture: CodePicture, edge: number): CodePicture {
  const { width, height, pixels: grey } = greyOf(picture);
  const weights = gaussian(edge * SPOT);
  const rows = blurred(Float32Array.from(grey), { count: height, length: width, line: width, step: 1 }, weights);
  const spread = blurred(rows, { count: width, length: height, line: 1, step: width }, weights);
  const pixels = grey.map((value, at) => {
    const more = value + AMOUNT * (value - (spread[at] ?? value));
    return Math.max(0, Math.min(255, Math.round(more)));
  });
  return { width, height, channels: 1, pixels: new Uint8Array(pixels) };
}

/** Lines through a picture: how many, how long, from one to the next, and from one pixel to the next. */
interface Lines {
  readonly count: number;
  readonly length: number;
  readonly line: number;
  readonly step: number;
}

/** Each line weighted with what is around each of its pixels; the border is repeated. */
function blurred(values: Float32Array, { count, length, line, step }: Lines, weights: readonly number[]): Float32Array {
  const reach = (weights.length - 1) / 2;
  const out = new Float32Array(values.length);
  for (let n = 0; n < count; n += 1)
    for (let at = 0; at < length; at += 1) {
      let sum = 0;
      for (let k = -reach; k <= reach; k += 1) {
        const from = Math.max(0, Math.min(length - 1, at + k));
        sum += (weights[k + reach] ?? 0) * (values[n * line + from * step] ?? 0);
      }
      out[n * line + at * step] = sum;
    }
  return out;
}

function gaussian(deviation: number): readonly number[] {
  const reach = Math.ceil(REACH * deviation);
  const heights = Array.from({ length: 2 * reach + 1 }, (_, n) => Math.exp(-((n - reach) ** 2) / (2 * deviation ** 2)));
  const total = heights.reduce((sum, height) => sum + height, 0);
  return heights.map((height) => height / total);
}

/** The smallest value with so many below it or equal, in a count of values. */
function valueAt(counts: Uint32Array, rank: number): number {
  let seen = 0;
  return Math.max(
    0,
    counts.findIndex((count) => (seen += count) >= rank),
  );
}
