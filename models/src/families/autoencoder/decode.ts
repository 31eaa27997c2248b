import { letterbox } from '../../output/index.ts';
import { NOT_FINITE, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { contentOf } from '../decoding/content.ts';
import type { DecoderOptions, OutputReader, DecodedFrame } from '../decoding/decoder.ts';
import { allFinite, floats } from '../decoding/numbers.ts';
import { fits, isFloat } from '../decoding/shapes.ts';
import { anomalyOutput } from '../decoding/anomaly-label.ts';

/**
 * An autoencoder that learned good images only: what it cannot reconstruct is unusual. Output: the reconstruction,
 * [1, 3, H, W] or [1, H, W, 3], on the scale of the manifest's `mean` and `std` (0 to 1 without them), also where the
 * graph takes bytes. The map is the mean square error of each pixel, the score its mean over the frame without bars.
 */
export function autoencoder(options: DecoderOptions): OutputReader {
  const { input } = options.manifest;
  const { width, height } = input;
  const scale = [0, 1, 2].map((channel) => {
    const mean = input.mean?.[channel] ?? 0;
    return { mean, std: input.std?.[channel] ?? (input.mean === undefined ? 255 : 1) };
  });
  return {
    check: (outputs) => {
      const [image] = outputs;
      if (image === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      const same = fits(image, [1, 3, height, width]) || fits(image, [1, height, width, 3]);
      return isFloat(image) && same ? undefined : wrongShape(image, `float32 [1, 3, ${height}, ${width}]`);
    },
    read: ([image], { packed, source }: DecodedFrame) => {
      const drawn = floats(image!.data);
      if (!allFinite(drawn)) return NOT_FINITE;
      const cells = width * height;
      const planar = image!.shape[1] === 3 && image!.shape[3] !== 3;
      const [plane, step] = planar ? [cells, 1] : [1, 3];
      const values = new Float32Array(cells);
      for (const [channel, { mean, std }] of scale.entries()) {
        for (let i = 0; i < cells; i++) {
          const error = (packed[3 * i + channel]! - mean) / std - drawn[channel * plane + i * step]!;
          values[i]! += (error * error) / 3;
        }
      }
      const map = { width, height, values };
      const covered = contentOf(map, letterbox(source, input, input.letterbox.anchor), input).values;
      const score = covered.reduce((sum, value) => sum + value, 0) / covered.length;
      return anomalyOutput({ score, map }, options, source);
    },
  };
}
