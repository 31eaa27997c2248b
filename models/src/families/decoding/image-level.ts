import type { Detection, PictureSize } from '../../output/index.ts';

/** A result about the complete frame, as a detection, so that trackers and rules treat it like any other. */
export function imageLevelDetection(
  label: string,
  classId: number,
  score: number,
  { width, height }: PictureSize,
): Detection {
  return { label, classId, score: Math.min(1, Math.max(0, score)), box: [0, 0, width, height] };
}
