import type { FamilyImages } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { IMAGENET, STRETCHED, UNIT_RANGE } from '../images.ts';
import type { Reading } from '../reading.ts';
import type { RawOutput, Runs } from '../scores/raw-output.ts';
import { allValues, tableColumns } from '../scores/score-columns.ts';
import { areProbabilities } from '../scores/score-range.ts';

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

/** Logits that lie between 0 and 1 are probabilities already. */
export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  if (reading.outputs.length !== 2 || !areProbabilities({ scoresOf }, reading, runs)) return {};
  return reading.options?.background === undefined ? { sigmoid: 'inside' } : { softmax: 'inside' };
}

/** The columns after the box in one table; the third of three outputs; else the logits. */
export function scoresOf({ classes = 0 }: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const [first, , third] = outputs;
  if (first === undefined) return [];
  return outputs.length === 1
    ? tableColumns(first, 'anchors_first', 4, 4 + classes)
    : allValues([(outputs.length === 3 ? third : first) ?? first]);
}
