import type { InferenceOutput } from '../../output/index.ts';
import { describe, expect, it } from 'vitest';
import { badness, decodeAs, fractions, SOURCE } from '../testing/box-family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { CLASSES_MAX } from './decode.ts';

const size = { width: 64, height: 64 };
const WHOLE = [0, 0, SOURCE.width, SOURCE.height];

function read(
  values: readonly number[],
  options: OutputOptions = {},
  shape?: readonly number[],
  score = 0.5,
): InferenceOutput {
  const data = Float32Array.from(values);
  const output = { name: 'o', family: 'classify', options } as const;
  const outputs = { o: { data, shape: shape ?? [1, data.length] } };
  const answer = decodeAs({ output, size }, outputs, { classes: values.length, score });
  if ('bad' in answer) throw new Error(answer.bad);
  return answer;
}

function bad(values: readonly number[], options: OutputOptions = {}, shape?: readonly number[], classes = 3): string {
  const output = { name: 'o', family: 'classify', options } as const;
  const outputs = { o: { data: Float32Array.from(values), shape: shape ?? [1, values.length] } };
  return badness(decodeAs({ output, size }, outputs, { classes }));
}

describe('the class of a whole frame', () => {
  it('classes are reported best first, and a class with a sufficient score is a detection', () => {
    const { detections, classes } = read([0.1, 0.7, 0.2]);
    expect(classes?.map(({ label }) => label)).toEqual(['class1', 'class2', 'class0']);
    expect(detections).toEqual([{ label: 'class1', classId: 1, score: expect.closeTo(0.7, 6), box: WHOLE }]);
    expect(read([0.4, 0.35, 0.25]).detections).toEqual([]);
  });

  it('classes are computed from logits when the graph leaves softmax out', () => {
    const random = fractions(5);
    for (let round = 0; round < 30; round++) {
      const logits = Array.from({ length: 2 + Math.floor(random() * 30) }, () => Math.fround(random() * 60 - 30));
      const sum = logits.reduce((all, value) => all + Math.exp(value), 0);
      const wanted = logits.map((value) => Math.exp(value) / sum).sort((a, b) => b - a);
      const detected = read(logits, { softmax: 'outside' }).classes ?? [];
      expect(detected).toHaveLength(Math.min(CLASSES_MAX, logits.length));
      for (const [n, { score }] of detected.entries()) expect(score).toBeCloseTo(wanted[n]!, 9);
    }
  });

  it('logits beyond the range of an exponential are decoded', () => {
    expect(read([1000, 2000, -3000], { softmax: 'outside' }).classes?.[0]).toEqual({ label: 'class1', score: 1 });
  });

  it('several classes are reported when they do not exclude one another', () => {
    const { detections } = read([2, -3, 1], { sigmoid: 'outside' });
    expect(detections.map(({ label }) => label)).toEqual(['class0', 'class2']);
    expect(detections[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 9);
    expect(read([0.9, 0.1, 0.8], { sigmoid: 'inside' }).detections).toHaveLength(2);
  });

  it.each([[[1, 2, 1, 1]], [[1, 1, 2]]])('a classification with more axes of size 1 is decoded: %j', (shape) => {
    expect(read([0.1, 0.9], {}, shape).classes?.[0]?.label).toBe('class1');
  });

  it.each([
    ['logits that pass for shares', [3, -1, 2], {}],
    ['shares that do not sum to 1', [0.9, 0.9, 0.1], {}],
    ['no number', [Number.NaN, 0.5, 0.5], {}],
    ['no end', [Number.POSITIVE_INFINITY, 0, 0], { softmax: 'outside' }],
    ['per cent', [90, 5, 5], { sigmoid: 'inside' }],
  ] as const)('is not believed of %s', (_, values, options) => {
    expect(bad(values, options)).toBe('values');
  });

  it('a classification with another number of labels or another shape is refused', () => {
    expect(bad([0.5, 0.5])).toBe('model_labels');
    expect(bad([0.1, 0.2, 0.7], {}, [3])).toBe('model_shape');
    expect(bad([0.1, 0.2, 0.7, 0, 0, 0], {}, [2, 3])).toBe('model_shape');
    expect(bad([0.1, 0.2, 0.7, 0, 0, 0], {}, [1, 3, 2])).toBe('model_shape');
  });
});
