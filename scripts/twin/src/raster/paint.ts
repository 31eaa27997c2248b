import type { Rgb } from './colour.ts';
import type { NoiseTile } from './noise.ts';

/** What a shape is filled with: a colour ramp along a line, under a wrapping noise tile. */
export interface Paint {
  /** n entries of red, green, blue, alpha. */
  readonly ramp: Uint8ClampedArray;
  /** Ramp's start and end in user space; unused with a ramp of one entry. */
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly texture?: Texture;
}

export interface Texture {
  readonly tile: NoiseTile;
  /** Full swing in grey levels (0..255). */
  readonly amount: number;
  /** Where the tile's corner lies, in user space, so that a texture travels with its object. */
  readonly x: number;
  readonly y: number;
}

/** position 0..1 along the ramp, colour, alpha 0..1 (1 when left out). */
export type Stop = readonly [position: number, colour: Rgb, alpha?: number];

const STEPS = 64;

export function solid(colour: Rgb, alpha = 1, texture?: Texture): Paint {
  const ramp = new Uint8ClampedArray([colour[0], colour[1], colour[2], alpha * 255]);
  return { ramp, x0: 0, y0: 0, x1: 0, y1: 0, ...(texture ? { texture } : {}) };
}

/** A ramp through the stops (ascending positions) from (x0, y0) to (x1, y1). */
export function linear(
  line: readonly [number, number, number, number],
  stops: readonly [Stop, ...Stop[]],
  texture?: Texture,
): Paint {
  const ramp = new Uint8ClampedArray(STEPS * 4);
  let left = stops[0];
  let right = stops[1] ?? stops[0];
  let next = 2;
  for (let i = 0; i < STEPS; i += 1) {
    const t = i / (STEPS - 1);
    while (t > right[0]) {
      const following = stops[next];
      if (!following) break;
      left = right;
      right = following;
      next += 1;
    }
    const span = right[0] - left[0];
    const u = span > 0 ? Math.max(0, Math.min(1, (t - left[0]) / span)) : 0;
    for (const c of [0, 1, 2] as const) ramp[i * 4 + c] = left[1][c] + (right[1][c] - left[1][c]) * u;
    ramp[i * 4 + 3] = 255 * ((left[2] ?? 1) + ((right[2] ?? 1) - (left[2] ?? 1)) * u);
  }
  return { ramp, x0: line[0], y0: line[1], x1: line[2], y1: line[3], ...(texture ? { texture } : {}) };
}
