import { Random } from './random.ts';

/** Tiles are SIDE x SIDE and wrap around. */
export const SIDE = 256;
export const MASK = SIDE - 1;

export interface NoiseTile {
  readonly values: Int8Array;
}

function whiteTile(): NoiseTile {
  const random = new Random('tile', 'fine');
  const values = new Int8Array(SIDE * SIDE);
  for (let i = 0; i < values.length; i += 1) values[i] = Math.round(random.around(0, 40));
  return { values };
}

/** Value noise of several octaves with smooth interpolation; every octave wraps at the tile's edge. */
function cloudTile(name: string, octaves: readonly number[]): NoiseTile {
  const sum = new Float32Array(SIDE * SIDE);
  octaves.forEach((cells, index) => {
    const random = new Random('tile', name, cells);
    const grid = Float32Array.from({ length: cells * cells }, () => random.between(-1, 1));
    const weight = 0.62 ** index;
    for (let y = 0; y < SIDE; y += 1) {
      const gy = (y / SIDE) * cells;
      const y0 = Math.floor(gy);
      const v = (gy - y0) ** 2 * (3 - 2 * (gy - y0));
      const rowA = (y0 % cells) * cells;
      const rowB = ((y0 + 1) % cells) * cells;
      for (let x = 0; x < SIDE; x += 1) {
        const gx = (x / SIDE) * cells;
        const x0 = Math.floor(gx);
        const u = (gx - x0) ** 2 * (3 - 2 * (gx - x0));
        const a = x0 % cells;
        const b = (x0 + 1) % cells;
        const top = grid[rowA + a]! * (1 - u) + grid[rowA + b]! * u;
        const bottom = grid[rowB + a]! * (1 - u) + grid[rowB + b]! * u;
        sum[y * SIDE + x]! += weight * (top * (1 - v) + bottom * v);
      }
    }
  });
  const peak = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return { values: Int8Array.from(sum, (value) => Math.round((value / peak) * 120)) };
}

/** Single-pixel grain: paper, powder, concrete. */
export const FINE = whiteTile();
/** Spots of 4 to 16 pixels: worn paint, cloth. */
export const SPECKLE = cloudTile('speckle', [32, 64, 128]);
/** Patches of 16 to 64 pixels: dirt, uneven light, folds. */
export const CLOUD = cloudTile('cloud', [4, 8, 16, 64]);

/** A regular pattern; `value` gives -1..1 at a place of the tile. Patterns repeat within it. */
function patternTile(value: (x: number, y: number) => number): NoiseTile {
  const values = new Int8Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1) values[y * SIDE + x] = Math.round(100 * value(x, y));
  return { values };
}

/** Strokes of a pencil, 8 pixels apart. */
export const HATCH = patternTile((x, y) => (((x + y) & 7) < 2 ? -1 : (((x * 3 + y) >> 3) & 3) === 0 ? -0.25 : 0.3));
/** Dots of a printed picture, 4 pixels apart. */
export const DOTS = patternTile((x, y) => Math.cos((x * Math.PI) / 2) * Math.cos((y * Math.PI) / 2));
/** Threads of woven cloth. */
export const WEAVE = patternTile(
  (x, y) => (((x >> 1) + (y >> 1)) & 1 ? 0.6 : -0.6) * (0.6 + 0.4 * Math.cos(x * 0.7853981633974483)),
);
