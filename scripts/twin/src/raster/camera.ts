/** What a lens, a sensor in poor light and a codec do to a picture, beyond brightness and grain. 0 does nothing. */
export interface Camera {
  /** Radius of the lens's blur, in pixels of a picture 640 wide. */
  readonly blur: number;
  /** Fraction of light lost in the corners. */
  readonly vignette: number;
  /** Exponent of the tone curve; 1 leaves it, above 1 darkens the middle. */
  readonly gamma: number;
  /** Standard deviation of coloured noise in blotches of 2 x 2 pixels, in grey levels, at black; a third of it at white. */
  readonly chroma: number;
  /** Weight 0..1 with which blocks of 8 x 8 pixels are drawn to their mean, as a starved codec does. */
  readonly blocks: number;
}

export const GOOD_CAMERA: Camera = { blur: 0, vignette: 0, gamma: 1, chroma: 0, blocks: 0 };

/** Writes what falls on the sensor to `out` and returns it. */
export function throughLens(
  pixels: Uint8Array,
  out: Uint8Array,
  width: number,
  height: number,
  camera: Camera,
): Uint8Array {
  out.set(pixels);
  const radius = Math.round((camera.blur * width) / 640);
  if (radius > 0) {
    for (let y = 0; y < height; y += 1) average(out, y * width * 3, width, 3, radius);
    for (let x = 0; x < width; x += 1) average(out, x * 3, height, width * 3, radius);
  }
  if (camera.vignette === 0 && camera.gamma === 1) return out;
  const curve = Float32Array.from({ length: 256 }, (_, v) => 255 * (v / 255) ** camera.gamma);
  const far = 1 / (width * width + height * height);
  for (let y = 0; y < height; y += 1) {
    const v = (2 * y - height) ** 2;
    for (let x = 0; x < width; x += 1) {
      const light = 1 - camera.vignette * ((2 * x - width) ** 2 + v) * far;
      const i = (y * width + x) * 3;
      out[i] = curve[out[i]!]! * light;
      out[i + 1] = curve[out[i + 1]!]! * light;
      out[i + 2] = curve[out[i + 2]!]! * light;
    }
  }
  return out;
}

const LONGEST = 4096;
const before = new Uint8Array(LONGEST);

/** Running mean over 2 x radius + 1 pixels along one row or column, in place. */
function average(data: Uint8Array, start: number, count: number, step: number, radius: number): void {
  const n = Math.min(count, LONGEST);
  const window = 2 * radius + 1;
  for (let c = 0; c < 3; c += 1) {
    for (let i = 0; i < n; i += 1) before[i] = data[start + i * step + c]!;
    let sum = 0;
    for (let i = -radius; i <= radius; i += 1) sum += before[i < 0 ? 0 : i >= n ? n - 1 : i]!;
    for (let i = 0; i < n; i += 1) {
      data[start + i * step + c] = sum / window;
      const [leaves, enters] = [i - radius, i + radius + 1];
      sum += before[enters >= n ? n - 1 : enters]! - before[leaves < 0 ? 0 : leaves]!;
    }
  }
}

/** Coloured noise and blocks, in place. `grain`: samples of mean 0 and deviation 1, their number a power of two. */
export function coded(
  out: Uint8Array,
  width: number,
  height: number,
  camera: Camera,
  frame: number,
  grain: Float32Array,
): void {
  if (camera.chroma > 0) blotches(out, width, height, camera.chroma, frame, grain);
  if (camera.blocks > 0) starve(out, width, height, camera.blocks);
}

function blotches(
  out: Uint8Array,
  width: number,
  height: number,
  strength: number,
  frame: number,
  grain: Float32Array,
): void {
  const mask = grain.length - 1;
  const from = Math.imul(frame + 7, 0x85ebca6b) >>> 3;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const n = from + ((y >> 1) * 2053 + (x >> 1)) * 3;
      const i = (y * width + x) * 3;
      for (let c = 0; c < 3; c += 1) {
        const value = out[i + c]!;
        const noisy = value + grain[(n + c) & mask]! * strength * (1 - value * (0.667 / 255));
        out[i + c] = noisy < 0 ? 0 : noisy > 255 ? 255 : noisy;
      }
    }
  }
}

function starve(out: Uint8Array, width: number, height: number, weight: number): void {
  for (let y0 = 0; y0 < height; y0 += 8) {
    const y1 = Math.min(height, y0 + 8);
    for (let x0 = 0; x0 < width; x0 += 8) {
      const x1 = Math.min(width, x0 + 8);
      const count = (x1 - x0) * (y1 - y0);
      for (let c = 0; c < 3; c += 1) {
        let sum = 0;
        for (let y = y0; y < y1; y += 1) for (let x = x0; x < x1; x += 1) sum += out[(y * width + x) * 3 + c]!;
        const mean = sum / count;
        for (let y = y0; y < y1; y += 1)
          for (let x = x0; x < x1; x += 1) {
            const i = (y * width + x) * 3 + c;
            out[i] = out[i]! + (mean - out[i]!) * weight;
          }
      }
    }
  }
}
