import { type Camera, coded, throughLens } from './camera.ts';
import { Random } from './random.ts';

/** What the lens, the lamp and the sensor do to a picture. */
export interface Optics {
  /** 1 leaves brightness as it is. */
  readonly gain: number;
  /** Above 0 warmer (red up, blue down), below 0 cooler; -0.2..0.2 is plausible. */
  readonly warmth: number;
  /** 1 leaves contrast as it is; pivots on mid grey. */
  readonly contrast: number;
  /** Standard deviation of the sensor's noise in grey levels. */
  readonly noise: number;
  /** 0 sharp; each step averages over neighbours once more. */
  readonly softness: 0 | 1 | 2;
  /** What a camera does beyond that; a good one does nothing. */
  readonly camera?: Camera;
}

/** Number of samples of noise; a power of two. */
const SAMPLES = 1 << 16;
const GRAIN = ((): Float32Array => {
  const random = new Random('sensor');
  return Float32Array.from({ length: SAMPLES }, () => random.around(0, 1));
})();

/** Turns a painted picture into what a camera delivers. Holds one noise table; `apply` allocates nothing big. */
export class Finish {
  readonly #noise = new Int8Array(SAMPLES);
  readonly #curves = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)] as const;
  #level = -1;
  #lens = new Uint8Array(0);

  /** Writes width x height x 3 bytes to `out`. `frame` picks where the noise starts. */
  apply(pixels: Uint8Array, width: number, height: number, optics: Optics, frame: number, out: Uint8Array): void {
    this.#prepare(optics);
    const { camera } = optics;
    let from = pixels;
    if (camera) {
      if (this.#lens.length !== pixels.length) this.#lens = new Uint8Array(pixels.length);
      from = throughLens(pixels, this.#lens, width, height, camera);
    }
    for (let i = 0; i < optics.softness; i += 1) {
      soften(from, out, width, height);
      from = out;
    }
    const [red, green, blue] = this.#curves;
    const noise = this.#noise;
    let n = Math.imul(frame + 1, 0x9e3779b1) & (SAMPLES - 1);
    for (let i = 0; i < width * height * 3; i += 3) {
      const r = red[from[i]!]! + noise[n]!;
      const g = green[from[i + 1]!]! + noise[(n + 1) & (SAMPLES - 1)]!;
      const b = blue[from[i + 2]!]! + noise[(n + 2) & (SAMPLES - 1)]!;
      out[i] = r < 0 ? 0 : r > 255 ? 255 : r;
      out[i + 1] = g < 0 ? 0 : g > 255 ? 255 : g;
      out[i + 2] = b < 0 ? 0 : b > 255 ? 255 : b;
      n = (n + 3) & (SAMPLES - 1);
    }
    if (camera) coded(out, width, height, camera, frame, GRAIN);
  }

  #prepare(optics: Optics): void {
    const gains = [optics.gain * (1 + optics.warmth), optics.gain, optics.gain * (1 - optics.warmth)];
    this.#curves.forEach((curve, c) => {
      for (let v = 0; v < 256; v += 1) {
        curve[v] = Math.max(0, Math.min(255, Math.round(((v - 128) * optics.contrast + 128) * gains[c]!)));
      }
    });
    if (this.#level === optics.noise) return;
    this.#level = optics.noise;
    for (let i = 0; i < SAMPLES; i += 1) this.#noise[i] = Math.round(GRAIN[i]! * optics.noise);
  }
}

/** Mean of each pixel and its right and lower neighbours; `from` and `out` may be the same. */
function soften(from: Uint8Array, out: Uint8Array, width: number, height: number): void {
  const row = width * 3;
  for (let y = 0; y < height; y += 1) {
    const below = y + 1 < height ? row : 0;
    const end = y * row + row - 3;
    for (let i = y * row; i < end; i += 1) {
      out[i] = (from[i]! + from[i + 3]! + from[i + below]! + from[i + below + 3]! + 2) >> 2;
    }
    for (let i = end; i < end + 3; i += 1) out[i] = from[i]!;
  }
}
