import type { InferenceOutput } from '../../output/index.ts';
import type { OutputOptions } from '../../form/index.ts';
import type { ModelManifest } from '../../manifest.ts';
import { describe, expect, it } from 'vitest';
import { badness, decodeAs, fractions, SOURCE, type Tensors } from '../testing/box-family.ts';
import type { OutputTensor } from '../decoding/decoder.ts';

/** 16:9 in a square leaves bars of 14 rows above and below. */
const size = { width: 64, height: 64 };
const [TOP, BOTTOM] = [14, 50];

type Output = ModelManifest['output'];
const both: Output = { name: 'pred_score', family: 'anomaly', names: ['pred_score', 'anomaly_map'] };

function read(output: Output, tensors: Tensors, score = 0.5): InferenceOutput {
  const answer = decodeAs({ output, size }, tensors, { classes: 1, score });
  if ('bad' in answer) throw new Error(answer.message);
  return answer;
}

const scalar = (value: number, shape: readonly number[] = [1, 1]): OutputTensor => ({
  data: Float32Array.of(value),
  shape,
});

function mapOf(side: number, value: (x: number, y: number) => number, shape = [1, 1, side, side]): OutputTensor {
  return { data: Float32Array.from({ length: side * side }, (_, n) => value(n % side, Math.floor(n / side))), shape };
}

describe('an anomaly score', () => {
  it.each([[[1, 1]], [[1]], [[]]])(
    'an anomaly score at the threshold is a detection over the whole frame, shape %j',
    (shape) => {
      const output: Output = { name: 's', family: 'anomaly' };
      expect(read(output, { s: scalar(0.75, shape) })).toEqual({
        detections: [{ label: 'anomaly', classId: 0, score: 0.75, box: [0, 0, SOURCE.width, SOURCE.height] }],
        anomaly: { score: 0.75 },
      });
      expect(read(output, { s: scalar(0.25, shape) })).toEqual({ detections: [], anomaly: { score: 0.25 } });
    },
  );

  it('an anomaly score has any scale, and its threshold is mapped to that of the manifest', () => {
    const output: Output = { name: 's', family: 'anomaly', options: { threshold: 20 } };
    expect(read(output, { s: scalar(19.9) }).detections).toEqual([]);
    expect(read(output, { s: scalar(20) }).detections[0]?.score).toBeCloseTo(0.5, 9);
    expect(read(output, { s: scalar(30) }).detections[0]?.score).toBeCloseTo(0.75, 9);
    const far = read(output, { s: scalar(900) });
    expect([far.detections[0]?.score, far.anomaly?.score]).toEqual([1, 900]);
  });
});

describe('an anomaly score with a map', () => {
  it('an anomaly map covers the frame only, without the bars', () => {
    const map = mapOf(64, (x, y) => (y < TOP || y >= BOTTOM ? 9 : x / 64));
    const { anomaly } = read(both, { pred_score: scalar(0.25), anomaly_map: map });
    expect([anomaly?.score, anomaly?.map?.width, anomaly?.map?.height]).toEqual([0.25, 64, BOTTOM - TOP]);
    expect(Math.max(...(anomaly?.map?.values ?? []))).toBeCloseTo(63 / 64, 6);
  });

  it('the mask of an anomaly covers the pixels above their threshold', () => {
    const output: Output = { ...both, options: { pixelThreshold: 0.5 } };
    const map = mapOf(64, (x, y) => (x >= 32 && y >= 32 ? 1 : 0));
    const [whole] = read(output, { pred_score: scalar(0.9), anomaly_map: map }).detections;
    const { width, height, runs } = whole?.mask ?? { width: 0, height: 0, runs: [] };
    expect([width, height]).toEqual([SOURCE.width, SOURCE.height]);
    const inside = runs.reduce((sum, length, n) => sum + (n % 2) * length, 0);
    // A quarter of the picture: between two cells the map passes the threshold where they meet.
    expect(Math.abs(inside - (SOURCE.width * SOURCE.height) / 4)).toBeLessThan(SOURCE.width + SOURCE.height);
    expect(runs.reduce((sum, length) => sum + length, 0)).toBe(SOURCE.width * SOURCE.height);
  });

  it('score and map of an anomaly may be named in either order', () => {
    const output: Output = { name: 'anomaly_map', family: 'anomaly', names: ['anomaly_map', 'pred_score'] };
    const detected = read(output, { anomaly_map: mapOf(8, () => 0.1), pred_score: scalar(0.9) });
    expect(detected.anomaly?.score).toBeCloseTo(0.9, 6);
    const named: Output = { name: 's', family: 'anomaly', options: { mapOutput: 'm' } };
    expect(read(named, { s: scalar(0.9), m: mapOf(8, () => 0.1) }).anomaly?.map?.width).toBe(8);
  });
});

describe('an anomaly map', () => {
  it.each([[[1, 1, 32, 32]], [[1, 32, 32]], [[32, 32]], [[1, 32, 32, 1]]])(
    'scores the greatest value within the picture, shape %j',
    (shape) => {
      const random = fractions(8);
      const values = Array.from({ length: 32 * 32 }, random);
      const map = { data: Float32Array.from(values, (value, n) => (n < 32 * 7 ? 5 : value)), shape };
      const wanted = values.filter((_, n) => n >= 32 * 7 && n < 32 * 25);
      const { anomaly } = read({ name: 'm', family: 'anomaly' }, { m: map });
      expect(anomaly?.score).toBeCloseTo(Math.max(...wanted), 6);
    },
  );
});

describe('an anomaly output that cannot be trusted', () => {
  const output: Output = both;
  const answer = (tensors: Tensors, options: OutputOptions = {}): string =>
    badness(decodeAs({ output: { ...output, options }, size }, tensors, { classes: 1 }));
  const fine = { pred_score: scalar(0.5), anomaly_map: mapOf(8, () => 0) };

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('an anomaly output that holds %d is rejected', (poison) => {
    expect(answer({ ...fine, pred_score: scalar(poison) })).toBe('values');
    expect(answer({ ...fine, anomaly_map: mapOf(8, (x, y) => (x === 3 && y === 5 ? poison : 0)) })).toBe('values');
  });

  it('an anomaly output of another shape is refused', () => {
    expect(answer({ pred_score: scalar(0.5) })).toBe('model_shape');
    expect(answer({ ...fine, anomaly_map: { data: new Float32Array(8 * 8 * 3), shape: [1, 3, 8, 8] } })).toBe(
      'model_shape',
    );
    expect(answer({ ...fine, pred_score: { data: new Float32Array(5), shape: [1, 5] } })).toBe('model_shape');
    expect(answer({ ...fine, anomaly_map: scalar(1) }, { mapOutput: 'anomaly_map' })).toBe('model_shape');
  });
});
