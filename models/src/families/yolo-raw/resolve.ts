import type { FamilyImages } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { BLACK_BARS, BYTES, ULTRALYTICS } from '../images.ts';
import type { Reading } from '../reading.ts';
import type { RawOutput, Runs } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';
import { areProbabilities } from '../scores/score-range.ts';

/** Four outputs for each of three strides. */
const YUNET_HEADS = 12;

export const images: FamilyImages = {
  usual: ULTRALYTICS,
  // Only YuNet has so many heads; OpenCV gives it bytes.
  variant: ({ outputs }) =>
    outputs.length >= YUNET_HEADS
      ? {
          color: 'bgr',
          ...BYTES,
          letterbox: BLACK_BARS,
          thresholds: { score: 0.6, iou: 0.3 },
          reason: 'YuNet takes the bytes of OpenCV pictures',
        }
      : undefined,
};

export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  return { sigmoid: areProbabilities({ scoresOf }, reading, runs) ? 'inside' : 'outside' };
}

/** With three outputs per stride or more classes and objectness, with two the classes, with one all of it. */
export function scoresOf({ options }: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const strides = options?.strides?.length ?? 3;
  const perStride = outputs.length / strides;
  return perStride >= 3
    ? allValues(outputs.slice(0, 2 * strides))
    : allValues(outputs.slice(perStride === 2 ? strides : 0));
}
