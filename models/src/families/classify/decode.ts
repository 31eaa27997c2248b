import { impossibleScore, NOT_FINITE, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { DETECTIONS_MAX } from '../decoding/candidates.ts';
import type { BadOutput, DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { allFinite, floats, SCORE_SLACK, sigmoid, softmax } from '../decoding/numbers.ts';
import { isFloat } from '../decoding/shapes.ts';
import { imageLevelDetection } from '../decoding/image-level.ts';

/** Most classes that are reported for one frame. */
export const CLASSES_MAX = 10;
/** Scores that went through softmax sum to 1, except for rounding. */
const SUM_SLACK = 0.02;

/**
 * A class for the whole frame: [1, classes], also with more axes of size 1. `options.softmax` says whether softmax is in
 * the graph (the default) or still to be done; with `options.sigmoid` instead, classes do not exclude one another. The best
 * class (with sigmoid: each) with a sufficient score is also a detection over the whole frame. One score with two labels is
 * that of the second, as Keras gives it; the first has the rest.
 */
export function classify(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { labels, output } = manifest;
  const { softmax: soft, sigmoid: separate } = output.options ?? {};
  const probabilities = new Float64Array(labels.length);
  return {
    check: (outputs) => {
      const [table] = outputs;
      if (table === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      const [batch, ...sizes] = table.shape;
      const [classes = 1, ...others] = sizes.filter((size) => size !== 1);
      if (!isFloat(table) || sizes.length === 0 || !(batch === 1 || typeof batch === 'string') || others.length > 0) {
        return wrongShape(table, 'float32 [1, classes]');
      }
      if (typeof classes === 'string' || classes === labels.length) return undefined;
      if (classes === 1 && labels.length === 2 && separate !== undefined) return undefined;
      return wrongLabels(table, classes, labels.length);
    },
    read: ([table], { source }) => {
      const data = floats(table!.data);
      if (!allFinite(data)) return NOT_FINITE;
      if (separate !== undefined && data.length === 1 && labels.length === 2) {
        const second = separate === 'outside' ? sigmoid(data[0]!) : data[0]!;
        probabilities.set([1 - second, second]);
      } else if (separate === 'outside') for (const [c, value] of data.entries()) probabilities[c] = sigmoid(value);
      else if (soft === 'outside') softmax(data, 0, 1, data.length, probabilities);
      else probabilities.set(data);
      const bad = separate === undefined ? checkSum(probabilities) : checkRange(probabilities);
      if (bad !== undefined) return bad;
      const order = best(probabilities, CLASSES_MAX);
      const counts = (c: number): boolean => probabilities[c]! >= score;
      const found = separate === undefined ? order.slice(0, 1) : best(probabilities, DETECTIONS_MAX);
      return {
        detections: found.filter(counts).map((c) => imageLevelDetection(labels[c]!, c, probabilities[c]!, source)),
        classes: order.map((c) => ({ label: labels[c]!, score: Math.min(1, probabilities[c]!) })),
      };
    },
  };
}

function checkRange(probabilities: Float64Array): BadOutput | undefined {
  const [least, most] = [Math.min(...probabilities), Math.max(...probabilities)];
  return least < -SCORE_SLACK || most > 1 + SCORE_SLACK ? impossibleScore(least, most) : undefined;
}

function checkSum(probabilities: Float64Array): BadOutput | undefined {
  const bad = checkRange(probabilities);
  if (bad !== undefined) return bad;
  const sum = probabilities.reduce((before, value) => before + value, 0);
  if (Math.abs(sum - 1) <= SUM_SLACK) return undefined;
  return {
    bad: 'values',
    message: `the scores of all classes sum to ${sum.toPrecision(3)} instead of 1`,
    advice: 'Say in the manifest what the graph leaves out: `output.options.softmax` or `sigmoid`.',
  };
}

/** Indices of the greatest, greatest first, equals in their order: cheaper than sorting a thousand for ten. */
function best(values: Float64Array, most: number): number[] {
  const order: number[] = [];
  for (const [index, value] of values.entries()) {
    if (order.length === most && !(value > values[order[most - 1]!]!)) continue;
    let at = Math.min(order.length, most - 1);
    for (; at > 0 && value > values[order[at - 1]!]!; at--) order[at] = order[at - 1]!;
    order[at] = index;
  }
  return order;
}
