import type { Detection, PictureSize } from '../../output/index.ts';

/** A finding about the picture as a whole, as a detection, so that trackers and rules need nothing new. */
export function wholePicture(label: string, classId: number, score: number, { width, height }: PictureSize): Detection {
  return { label, classId, score: Math.min(1, Math.max(0, score)), box: [0, 0, width, height] };
}
