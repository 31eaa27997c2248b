import type { Optics, Matrix, Random } from '../raster/index.ts';

/** Scenes are drawn in these units whatever the picture's size. */
export const UNITS = { width: 640, height: 360 } as const;

/** How a camera hangs: shift in units, zoom about the middle, roll in radians. */
export interface Mount {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly roll: number;
}

/** How freely a picture's surroundings are drawn: a camera on a line, or training pictures of many cameras. */
export type Variety = 'line' | 'training';

export function mountFor(random: Random, variety: Variety): Mount {
  if (variety === 'line') return { x: 0, y: 0, zoom: 1, roll: 0 };
  const plain = random.chance(0.35);
  if (plain) return { x: random.around(0, 6), y: random.around(0, 4), zoom: random.between(0.97, 1.05), roll: 0 };
  return {
    x: random.around(0, 22),
    y: random.around(0, 12),
    zoom: random.between(0.86, 1.28),
    roll: random.around(0, 0.04),
  };
}

/** From units to pixels of a width x height picture. */
export function matrixOf(mount: Mount, width: number, height: number): Matrix {
  const scale = Math.min(width / UNITS.width, height / UNITS.height);
  const k = scale * mount.zoom;
  const [cos, sin] = [Math.cos(mount.roll) * k, Math.sin(mount.roll) * k];
  const [ux, uy] = [UNITS.width / 2 + mount.x, UNITS.height / 2 + mount.y];
  return [cos, sin, -sin, cos, width / 2 - cos * ux + sin * uy, height / 2 - sin * ux - cos * uy];
}

export function opticsFor(random: Random, variety: Variety): Optics {
  if (variety === 'line') {
    const [gain, warmth] = [random.between(0.96, 1.04), random.between(-0.03, 0.03)];
    return { gain, warmth, contrast: 1, noise: random.between(1.4, 2.2), softness: 1 };
  }
  const softness = random.pick<0 | 1 | 2>([0, 1, 1, 1, 2]);
  const gain = random.chance(0.8) ? random.between(0.8, 1.18) : random.between(0.6, 1.35);
  return {
    gain,
    warmth: random.around(0, 0.06),
    contrast: random.between(0.82, 1.15),
    noise: random.between(0.5, 5),
    softness,
  };
}

/** The optics at one moment: lamps warm up, dim and flicker a little. */
export function drifted(optics: Optics, seconds: number, phase: number): Optics {
  const slow = Math.sin(seconds / 23 + phase);
  const quick = Math.sin(seconds / 3.1 + phase * 2);
  return {
    ...optics,
    gain: optics.gain * (1 + 0.035 * slow + 0.008 * quick),
    warmth: optics.warmth + 0.02 * Math.sin(seconds / 41 + phase),
  };
}
