import type { FamilyImages } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { IMAGENET, STRETCHED, UNIT_RANGE } from '../images.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { allValues, tableColumns } from '../scores/score-columns.ts';
import { areProbabilities, SLACK } from '../scores/score-range.ts';

export const images: FamilyImages = {
  usual: { color: 'rgb', ...IMAGENET, letterbox: STRETCHED, thresholds: { score: 0.5, iou: 0.7 } },
  ultralyticsAsUsual: true,
  variant: (reading, { hasSizesInput }) =>
    hasSizesInput || reading.outputs.length === 1 || isRtDetr(reading)
      ? { ...UNIT_RANGE, reason: 'RT-DETR and its successors take pixels from 0 to 1' }
      : undefined,
};

/** DETR's own scores go through softmax, and RF-DETR has other names; both take ImageNet's mean and deviation. */
function isRtDetr({ outputs, options }: Reading): boolean {
  return options?.sigmoid !== undefined && /logits/i.test(outputs[0] ?? '');
}

/** Labels are whole numbers, and scores lie between 0 and 1. */
export function contradicts({ outputs: names }: Reading, outputs: readonly RawOutput[]): boolean {
  if (names.length !== 3) return false;
  const [labels, , scores] = names.map((name) => outputs.find((output) => output.name === name));
  const whole = Array.from(labels?.data ?? [], Number).every((value) => Number.isInteger(value) && value >= -1);
  return !whole || Array.from(scores?.data ?? [], Number).some((value) => value < -1 - SLACK || value > 1 + SLACK);
}

/** Logits that lie between 0 and 1 are probabilities already. */
export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  if (reading.outputs.length === 3) return decodedBoxes(reading, runs);
  if (reading.outputs.length !== 2 || !areProbabilities({ scoresOf }, reading, runs)) return {};
  return reading.options?.background === undefined ? { sigmoid: 'inside' } : { softmax: 'inside' };
}

/** Fractions of the input stay below it, pixels do not. */
const FRACTION_MAX = 2;

/** Whether finished boxes are fractions or pixels; TensorFlow's are known. */
function decodedBoxes({ outputs, options }: Reading, runs: Runs): OutputOptions {
  const sides = outputOfRuns(outputs[1], runs).flatMap(({ data }) =>
    Array.from(data, (side) => Math.abs(Number(side))),
  );
  const most = sides.reduce((largest, side) => Math.max(largest, side), 0);
  return options?.boxForm !== undefined || most === 0 ? {} : { boxes: most <= FRACTION_MAX ? 'normalised' : 'pixels' };
}

/** The columns after the box in one table; the third of three outputs; else the logits. */
export function scoresOf({ classes = 0 }: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const [first, , third] = outputs;
  if (first === undefined) return [];
  return outputs.length === 1
    ? tableColumns(first, 'anchors_first', 4, 4 + classes)
    : allValues([(outputs.length === 3 ? third : first) ?? first]);
}
