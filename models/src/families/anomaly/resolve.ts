import type { FamilyImages } from '../family.ts';
import { IMAGENET, STRETCHED, UNIT_RANGE } from '../images.ts';
import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';

export const images: FamilyImages = {
  usual: { color: 'rgb', ...IMAGENET, letterbox: STRETCHED, thresholds: { score: 0.5, iou: 0.45 } },
  variant: ({ outputs }) =>
    outputs.length > 1 ? { ...UNIT_RANGE, reason: 'anomalib from version 2 on normalises in the graph' } : undefined,
};

/** Score and map alike. */
export function scoresOf(_reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  return allValues(outputs);
}
