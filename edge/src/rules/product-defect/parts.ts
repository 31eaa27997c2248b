import type { Box, PictureSize, Track } from '../../domain/index.ts';
import type { ProductDefectOptions } from './options.ts';

export type Part = ProductDefectOptions['parts'][number];

/** What one frame shows of the parts of a product. */
export interface PartsSeen {
  /** Names of parts whose place is empty. */
  readonly missing: readonly string[];
  /** Detections of wrong parts in the place of a part. */
  readonly wrong: readonly Track[];
}

/** A product that comes nearer than this to the edge of the frame is not in view completely. In pixels. */
const EDGE = 2;

/** Whether the frame shows a product completely, so that a part which is not seen is missing. */
export function isInView([x1, y1, x2, y2]: Box, { width, height }: PictureSize): boolean {
  return x1 > EDGE && y1 > EDGE && x2 < width - EDGE && y2 < height - EDGE;
}

/** Labels that show a part. */
export function labelsOf({ id, labels }: Part): readonly string[] {
  return labels ?? [id];
}

/** The parts of one product, out of the detections of the frame. A wrong part is not missing beside. */
export function partsOf(product: Track, detected: readonly Track[], parts: readonly Part[]): PartsSeen {
  const missing: string[] = [];
  const wrong: Track[] = [];
  for (const part of parts) {
    const here = detected.filter(({ box }) => isAt(product.box, box, part.at));
    const bad = here.filter(({ label }) => part.wrong?.includes(label));
    wrong.push(...bad);
    if (bad.length === 0 && !here.some(({ label }) => labelsOf(part).includes(label))) missing.push(part.id);
  }
  return { missing, wrong };
}

/** Whether the centre of a box lies in a place that is given in fractions of the product's box. */
function isAt([x1, y1, x2, y2]: Box, box: Box, [left, top, right, bottom]: Part['at']): boolean {
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const [width, height] = [x2 - x1, y2 - y1];
  return x >= x1 + left * width && x <= x1 + right * width && y >= y1 + top * height && y <= y1 + bottom * height;
}
