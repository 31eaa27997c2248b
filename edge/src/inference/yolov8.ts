import { type Detection, letterbox, type PictureSize, unletterbox } from '../domain/index.ts';
import type { ModelManifest, OutputLayout } from './spec.ts';

/** Most detections of one frame. */
export const DETECTIONS_MAX = 300;
/** Rounding in a half-precision engine may leave 0..1 by a little; logits leave it by a lot. */
const SCORE_SLACK = 0.01;

export interface DecoderOptions {
  readonly labels: readonly string[];
  readonly layout: OutputLayout;
  readonly input: Pick<ModelManifest['input'], 'width' | 'height' | 'letterbox'>;
  /** Least score, 0 to 1. */
  readonly score: number;
  /** Boxes of one class that share more than this are one object; 0 to 1. */
  readonly iou: number;
}

/**
 * Reads YOLOv8's output: per anchor cx, cy, w, h in pixels of the model's input, then one score per class.
 *
 * Each anchor gives its best class only: an anchor regresses one box, so a second label on it would be a second object
 * with the first one's box. Objects inside each other (cap on a bottle) come from anchors of their own, and NMS is per
 * class, so neither removes the other.
 */
export class Yolov8Decoder {
  readonly #options: DecoderOptions;
  readonly #keptBoxes = new Float64Array(4 * DETECTIONS_MAX);
  readonly #keptAnchors = new Uint32Array(DETECTIONS_MAX);
  #best = new Float32Array(0);
  #bestClass = new Uint16Array(0);
  #order = new Uint32Array(0);

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  /**
   * Detections in pixels of `source`, best score first. Undefined when the output cannot be believed: a value that is
   * not a number, or a score far outside 0..1.
   */
  decode(data: Float32Array, source: PictureSize): Detection[] | undefined {
    const attributes = 4 + this.#options.labels.length;
    const anchors = data.length / attributes;
    if (!Number.isInteger(anchors)) return undefined;
    this.#reserve(anchors);
    const [step, stride] = this.#options.layout === 'attributes_first' ? [anchors, 1] : [1, attributes];
    if (!isFiniteTable(data) || !this.#bestScores(data, anchors, step, stride)) return undefined;
    const candidates = this.#candidates(anchors);
    const kept = this.#suppress(data, candidates, step, stride);
    return this.#detections(kept, source);
  }

  #reserve(anchors: number): void {
    if (this.#best.length === anchors) return;
    this.#best = new Float32Array(anchors);
    this.#bestClass = new Uint16Array(anchors);
    this.#order = new Uint32Array(anchors);
  }

  /** Best class of each anchor; false when a score is far outside 0..1. */
  #bestScores(data: Float32Array, anchors: number, step: number, stride: number): boolean {
    const best = this.#best;
    const bestClass = this.#bestClass;
    const classes = this.#options.labels.length;
    let most = 0;
    let least = 0;
    best.fill(-1);
    for (let c = 0; c < classes; c++) {
      let at = (4 + c) * step;
      for (let i = 0; i < anchors; i++, at += stride) {
        const score = data[at]!;
        if (score > most) most = score;
        else if (score < least) least = score;
        if (score > best[i]!) {
          best[i] = score;
          bestClass[i] = c;
        }
      }
    }
    return most <= 1 + SCORE_SLACK && least >= -SCORE_SLACK;
  }

  /** Anchors with score enough, best first; equal scores in the order of the anchors. */
  #candidates(anchors: number): Uint32Array {
    const best = this.#best;
    const order = this.#order;
    let count = 0;
    for (let i = 0; i < anchors; i++) if (best[i]! >= this.#options.score) order[count++] = i;
    return order.subarray(0, count).sort((a, b) => best[b]! - best[a]! || a - b);
  }

  /** Greedy NMS per class; fills the kept arrays and returns how many. */
  #suppress(data: Float32Array, candidates: Uint32Array, step: number, stride: number): number {
    const boxes = this.#keptBoxes;
    let kept = 0;
    for (let n = 0; n < candidates.length && kept < DETECTIONS_MAX; n++) {
      const anchor = candidates[n]!;
      const at = anchor * stride;
      const halfWidth = data[at + 2 * step]! / 2;
      const halfHeight = data[at + 3 * step]! / 2;
      if (!(halfWidth > 0 && halfHeight > 0)) continue;
      const to = 4 * kept;
      boxes[to] = data[at]! - halfWidth;
      boxes[to + 1] = data[at + step]! - halfHeight;
      boxes[to + 2] = data[at]! + halfWidth;
      boxes[to + 3] = data[at + step]! + halfHeight;
      this.#keptAnchors[kept] = anchor;
      if (!this.#overlaps(kept)) kept += 1;
    }
    return kept;
  }

  /** True when the box at `last` shares too much with a kept one of its class. */
  #overlaps(last: number): boolean {
    const boxes = this.#keptBoxes;
    const label = this.#bestClass[this.#keptAnchors[last]!];
    for (let other = 0; other < last; other++) {
      if (this.#bestClass[this.#keptAnchors[other]!] !== label) continue;
      if (overlap(boxes, 4 * last, 4 * other) > this.#options.iou) return true;
    }
    return false;
  }

  #detections(kept: number, source: PictureSize): Detection[] {
    const { input, labels } = this.#options;
    const fit = letterbox(source, input, input.letterbox.anchor);
    const boxes = this.#keptBoxes;
    const detections: Detection[] = [];
    for (let n = 0; n < kept; n++) {
      const at = 4 * n;
      const box = unletterbox([boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!], fit, source);
      // Wholly inside the bars: there is no such place in the source.
      if (box[2] <= box[0] || box[3] <= box[1]) continue;
      const anchor = this.#keptAnchors[n]!;
      const classId = this.#bestClass[anchor]!;
      detections.push({ label: labels[classId]!, classId, score: Math.min(1, this.#best[anchor]!), box });
    }
    return detections;
  }
}

/** IoU of the boxes at two places of `boxes`. */
function overlap(boxes: Float64Array, a: number, b: number): number {
  const width = Math.min(boxes[a + 2]!, boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!);
  const height = Math.min(boxes[a + 3]!, boxes[b + 3]!) - Math.max(boxes[a + 1]!, boxes[b + 1]!);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (extent(boxes, a) + extent(boxes, b) - shared);
}

function extent(boxes: Float64Array, at: number): number {
  return (boxes[at + 2]! - boxes[at]!) * (boxes[at + 3]! - boxes[at + 1]!);
}

/** One multiplication per value: NaN and infinities times 0 are NaN, and stay it in the sum. */
function isFiniteTable(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
  return sum === 0;
}
