import type { ModelManifest } from '@lineside/models';

/**
 * Turns FFmpeg's packed bytes into the model's input. uint8 NHWC takes them as they are; every other form takes
 * one table look-up per value, into an array that is reused for every frame.
 */
export type PixelReader = (packed: Uint8Array) => Uint8Array | Float32Array;

export function pixelReader(input: ModelManifest['input']): PixelReader {
  if (input.type === 'uint8' && input.layout === 'nhwc') return (packed) => packed;
  const count = input.width * input.height * 3;
  const target = input.type === 'uint8' ? new Uint8Array(count) : new Float32Array(count);
  const tables = [0, 1, 2].map((channel) => levelTable(input, channel));
  // Between neighbouring pixels of one channel, and from channel to channel.
  const [step, plane] = input.layout === 'nhwc' ? [3, 1] : [1, input.width * input.height];
  return (packed) => {
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel]!;
      let to = channel * plane;
      for (let from = channel; from < count; from += 3, to += step) target[to] = table[packed[from]!]!;
    }
    return target;
  };
}

/** Value of each of the 256 levels of one channel. */
function levelTable(input: ModelManifest['input'], channel: number): Float32Array {
  const table = new Float32Array(256);
  const mean = input.mean?.[channel] ?? 0;
  const std = input.std?.[channel] ?? (input.mean === undefined ? 255 : 1);
  for (let level = 0; level < 256; level++) table[level] = input.type === 'uint8' ? level : (level - mean) / std;
  return table;
}
