import type { InferenceOutput } from '../../output/index.ts';
import type { ModelManifest } from '../../manifest.ts';
import { describe, expect, it } from 'vitest';
import { fractions, labelsOf } from '../testing/box-family.ts';
import type { BadOutput } from '../decoding/decoder.ts';
import { createDecoder } from '../decoding/create-decoder.ts';

const [WIDTH, HEIGHT] = [32, 24];
/** Twice as wide as high: 4 rows of bar above and below. */
const SOURCE = { width: 128, height: 64 };
const CELLS = WIDTH * HEIGHT;

interface Case {
  readonly packed: Uint8Array;
  readonly again: Float32Array;
  readonly shape?: readonly number[];
  readonly input?: Partial<ModelManifest['input']>;
}

function read({ packed, again, shape = [1, 3, HEIGHT, WIDTH], input = {} }: Case): InferenceOutput | BadOutput {
  const manifest = {
    input: {
      name: 'i',
      type: 'uint8',
      layout: 'nhwc',
      color: 'rgb',
      width: WIDTH,
      height: HEIGHT,
      letterbox: { anchor: 'center', fill: 0 },
      ...input,
    },
    output: { name: 'o', family: 'autoencoder', options: { threshold: 0.01 } },
    labels: labelsOf(1),
    thresholds: { score: 0.5, iou: 0.5 },
  } as const;
  const decoder = createDecoder({ manifest, score: 0.5, iou: 0.5, masks: true, maps: true });
  return decoder.decode(new Map([['o', { data: again, shape }]]), { packed, source: SOURCE });
}

describe('the output of an autoencoder', () => {
  it('a reconstruction that equals its input is not an anomaly', () => {
    const random = fractions(4);
    const packed = Uint8Array.from({ length: 3 * CELLS }, () => random() * 256);
    const again = Float32Array.from(
      { length: 3 * CELLS },
      (_, n) => packed[3 * (n % CELLS) + Math.floor(n / CELLS)]! / 255,
    );
    const detected = read({ packed, again });
    expect('bad' in detected ? detected : detected.detections).toEqual([]);
    expect('bad' in detected ? 1 : detected.anomaly?.score).toBeLessThan(1e-12);
  });

  it.each([
    ['planes', [1, 3, HEIGHT, WIDTH], undefined, undefined],
    ['pixels', [1, HEIGHT, WIDTH, 3], undefined, undefined],
    ['planes on the scale of the training', [1, 3, HEIGHT, WIDTH], [120, 110, 100], [60, 50, 40]],
  ] as const)('is scored by the mean square error without the bars, as %s', (_, shape, mean, std) => {
    const random = fractions(9);
    const packed = Uint8Array.from({ length: 3 * CELLS }, () => random() * 256);
    const again = Float32Array.from({ length: 3 * CELLS }, () => random());
    const planar = shape[1] === 3;
    let sum = 0;
    for (let y = 4; y < HEIGHT - 4; y++) {
      for (let x = 0; x < WIDTH; x++) {
        for (let c = 0; c < 3; c++) {
          const given = (packed[(y * WIDTH + x) * 3 + c]! - (mean?.[c] ?? 0)) / (std?.[c] ?? 255);
          const made = again[planar ? (c * HEIGHT + y) * WIDTH + x : (y * WIDTH + x) * 3 + c]!;
          sum += (given - made) ** 2;
        }
      }
    }
    const detected = read({ packed, again, shape, input: { mean: mean && [...mean], std: std && [...std] } });
    if ('bad' in detected) throw new Error(detected.message);
    expect(detected.anomaly?.score).toBeCloseTo(sum / (3 * WIDTH * (HEIGHT - 8)), 5);
    expect([detected.anomaly?.map?.width, detected.anomaly?.map?.height]).toEqual([WIDTH, HEIGHT - 8]);
    expect(detected.detections.map(({ label }) => label)).toEqual(['anomaly']);
  });

  it('a reconstruction with values that are not finite, or of another size, is rejected', () => {
    const packed = new Uint8Array(3 * CELLS);
    const again = new Float32Array(3 * CELLS);
    const bad = (answer: InferenceOutput | BadOutput): string => ('bad' in answer ? answer.bad : 'fine');
    expect(bad(read({ packed, again: Float32Array.from(again).fill(Number.NaN, 5, 6) }))).toBe('values');
    expect(bad(read({ packed, again, shape: [1, 3, WIDTH, HEIGHT] }))).toBe('model_shape');
    expect(bad(read({ packed, again: new Float32Array(CELLS), shape: [1, 1, HEIGHT, WIDTH] }))).toBe('model_shape');
  });
});
