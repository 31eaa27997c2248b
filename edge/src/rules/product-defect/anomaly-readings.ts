import { type Box, type FrameRef, iou, type Track } from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';

/** One score of the anomaly model for one product. */
export interface Reading {
  readonly product: number;
  readonly atMs: number;
  readonly score: number;
}

/** Frames whose products are remembered: the second stage answers later than the first. */
const REMEMBERED = 20;
/** IoU from which a crop is that of a product; both come from the same detection. */
const SAME = 0.7;

interface Remembered {
  readonly atMs: number;
  readonly products: readonly { readonly id: number; readonly box: Box }[];
}

/**
 * Scores of an anomaly model that inspects crops of the products, by product. The second stage answers for a frame after
 * the first, so its scores are matched with the products of that frame.
 */
export class AnomalyReadings {
  readonly #model: string;
  readonly #frames: Remembered[] = [];
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(model: string) {
    this.#model = model;
  }

  /** Call this for each frame; returns what has been scored since the frame before. */
  read(frame: FrameRef, products: readonly Track[], others: readonly OtherTracks[]): readonly Reading[] {
    const seen = products.filter(({ missed }) => missed === 0).map(({ id, box }) => ({ id, box }));
    if (frame.atMs < this.#readMs) this.#readMs = Number.NEGATIVE_INFINITY;
    this.#frames.push({ atMs: frame.atMs, products: seen });
    if (this.#frames.length > REMEMBERED) this.#frames.shift();
    const scored = others.find(({ model }) => model === this.#model);
    if (scored === undefined || scored.atMs <= this.#readMs) return [];
    this.#readMs = scored.atMs;
    const then = this.#frames.find(({ atMs }) => atMs === scored.atMs);
    if (then === undefined) return [];
    return (scored.scores ?? []).flatMap(({ box, score }) => {
      const product = then.products.find((one) => iou(one.box, box) >= SAME);
      return product === undefined ? [] : [{ product: product.id, atMs: scored.atMs, score }];
    });
  }
}
