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

/** Added to noise, so that it has no sign. */
const BIAS = 128;
/** What a pixel plus noise plus BIAS is in the picture. */
const CLAMP = Uint8Array.from({ length: 512 }, (_, value) => Math.max(0, Math.min(255, value - BIAS)));

/** Four bytes (the lowest first) through the curves of their colours, with noise; a, b, c, a are the colours in turn. */
function four(word: number, noise: number, a: Uint8Array, b: Uint8Array, c: Uint8Array): number {
  return (
    CLAMP[a[word & 255]! + (noise & 255)]! |
    (CLAMP[b[(word >>> 8) & 255]! + ((noise >>> 8) & 255)]! << 8) |
    (CLAMP[c[(word >>> 16) & 255]! + ((noise >>> 16) & 255)]! << 16) |
    (CLAMP[a[word >>> 24]! + (noise >>> 24)]! << 24)
  );
}

/** Turns a painted picture into what a camera delivers. Holds one noise table; `apply` allocates nothing big. */
export class Finish {
  /** Noise plus BIAS. */
  readonly #noise = new Uint8Array(SAMPLES);
  /** The same as words that begin at sample 0, 1, 2 and 3. */
  readonly #shifted = [0, 1, 2, 3].map(() => new Uint32Array(SAMPLES / 4));
  readonly #curves = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)] as const;
  #level = -1;
  #lens = new Uint8Array(0);

  /** Writes width x height x 3 bytes to `out`. `frame` picks where the noise starts. */
  apply(pixels: Uint8Array, width: number, height: number, optics: Optics, frame: number, out: Uint8Array): void {
    const { camera } = optics;
    let from = pixels;
    if (camera) {
      if (this.#lens.length !== pixels.length) this.#lens = new Uint8Array(pixels.length);
      from = throughLens(pixels, this.#lens, width, height, camera);
    }
    for (let i = 0; i < optics.softness; i += 1) {
      for (let y = 0; y < height; y += 1) soften(from, out, width, height, y, 0, width);
      from = out;
    }
    this.expose(from, width, height, optics, frame, out);
  }

  /** The last part of `apply`: `from` has gone through the lens and is as soft as it shall be. */
  expose(from: Uint8Array, width: number, height: number, optics: Optics, frame: number, out: Uint8Array): void {
    this.#prepare(optics);
    const start = Math.imul(frame + 1, 0x9e3779b1) & (SAMPLES - 1);
    const size = width * height * 3;
    const whole = size % 12 === 0 && from.byteOffset % 4 === 0 && out.byteOffset % 4 === 0;
    if (whole) this.#words(from, out, size / 4, start);
    else this.#bytes(from, out, size, start);
    if (optics.camera) coded(out, width, height, optics.camera, frame, GRAIN);
  }

  /** Byte i takes sample (start + i) mod SAMPLES. */
  #bytes(from: Uint8Array, out: Uint8Array, size: number, start: number): void {
    for (let i = 0; i < size; i += 1) {
      const curve = this.#curves[(i % 3) as 0 | 1 | 2];
      out[i] = CLAMP[curve[from[i]!]! + this.#noise[(start + i) & (SAMPLES - 1)]!]!;
    }
  }

  /** As above, four bytes at a time: the same three words' layout of colours comes every twelve bytes. */
  #words(from: Uint8Array, out: Uint8Array, count: number, start: number): void {
    const source = new Uint32Array(from.buffer, from.byteOffset, count);
    const target = new Uint32Array(out.buffer, out.byteOffset, count);
    const noise = this.#shifted[start & 3]!;
    const mask = SAMPLES / 4 - 1;
    const [red, green, blue] = this.#curves;
    let n = start >> 2;
    for (let i = 0; i < count; i += 3) {
      target[i] = four(source[i]!, noise[n & mask]!, red, green, blue);
      target[i + 1] = four(source[i + 1]!, noise[(n + 1) & mask]!, green, blue, red);
      target[i + 2] = four(source[i + 2]!, noise[(n + 2) & mask]!, blue, red, green);
      n += 3;
    }
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
    for (let i = 0; i < SAMPLES; i += 1) {
      const value = Math.round(GRAIN[i]! * optics.noise);
      this.#noise[i] = BIAS + Math.max(-BIAS, Math.min(BIAS - 1, value));
    }
    this.#shifted.forEach((words, shift) => {
      const bytes = new Uint8Array(words.buffer);
      for (let i = 0; i < SAMPLES; i += 1) bytes[i] = this.#noise[(i + shift) & (SAMPLES - 1)]!;
    });
  }
}

/**
 * Mean of each pixel and its right and lower neighbours, for columns x0 .. x1 - 1 of row y; `from` and `out` may be the
 * same when rows come from the top.
 */
export function soften(
  from: Uint8Array,
  out: Uint8Array,
  width: number,
  height: number,
  y: number,
  x0: number,
  x1: number,
): void {
  const row = width * 3;
  const below = y + 1 < height ? row : 0;
  const edge = y * row + row - 3;
  const end = Math.min(edge, y * row + x1 * 3);
  for (let i = y * row + x0 * 3; i < end; i += 1)
    out[i] = (from[i]! + from[i + 3]! + from[i + below]! + from[i + below + 3]! + 2) >> 2;
  if (x1 === width) for (let i = edge; i < edge + 3; i += 1) out[i] = from[i]!;
}
