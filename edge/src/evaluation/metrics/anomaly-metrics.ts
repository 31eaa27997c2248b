import { f1 } from './average-precision.ts';
import { areaOfSteps, areaUnderRoc } from './area-under-roc.ts';
import { type Confusion, ConfusionCounter } from './confusion.ts';

/** The anomaly score of an image, and whether the image is defective. */
export interface AnomalyPrediction {
  readonly defect: boolean;
  readonly score: number;
}

export interface AnomalyMetrics {
  readonly good: number;
  readonly defect: number;
  /** Undefined where the set has only good or only defective images. */
  readonly imageAuroc: number | undefined;
  /** Undefined without maps or without masks. */
  readonly pixelAuroc: number | undefined;
  /** Counted from the threshold up; undefined where it would be 0 of 0. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
  readonly confusion: Confusion;
}

/** Metrics of the anomaly scores of images, and of pixels where `pixels` has any. */
export function anomalyMetrics(
  pictures: readonly AnomalyPrediction[],
  { threshold, pixels }: { readonly threshold: number; readonly pixels?: PixelRanks | undefined },
): AnomalyMetrics {
  const scores = (defect: boolean): readonly number[] =>
    pictures.flatMap((picture) => (picture.defect === defect ? [picture.score] : []));
  const [bad, good] = [scores(true), scores(false)];
  const counter = new ConfusionCounter(['good', 'defect']);
  for (const { defect, score } of pictures) {
    counter.add(defect ? 'defect' : 'good', score >= threshold ? 'defect' : 'good');
  }
  const hits = bad.filter((score) => score >= threshold).length;
  const raised = hits + good.filter((score) => score >= threshold).length;
  const precision = raised === 0 ? undefined : hits / raised;
  const recall = bad.length === 0 ? undefined : hits / bad.length;
  const known = precision !== undefined && recall !== undefined;
  return {
    good: good.length,
    defect: bad.length,
    imageAuroc: areaUnderRoc(bad, good),
    pixelAuroc: pixels?.auroc,
    precision,
    recall,
    f1: known ? f1({ precision, recall }) : undefined,
    confusion: counter.confusion,
  };
}

/** Sign, exponent and the first 13 bits of a float's fraction: scores that differ by 0.01 % are distinguished. */
const RANK_BITS = 22;

/**
 * Scores of any number of pixels in memory of one size: counted by the leading bits of the float, whose order is the
 * order of the numbers once negative ones are turned round.
 */
export class PixelRanks {
  readonly #defect = new Uint32Array(2 ** RANK_BITS);
  readonly #good = new Uint32Array(2 ** RANK_BITS);

  /** `values` and `mask` pixel by pixel; not 0 in the mask is defective. */
  add(values: Float32Array, mask: Uint8Array): void {
    if (values.length !== mask.length) throw new RangeError(`${values.length} scores, ${mask.length} pixels of mask`);
    const bits = new Uint32Array(values.slice().buffer);
    for (const [index, bit] of bits.entries()) {
      const ordered = bit >>> 31 === 0 ? (bit | 0x80000000) >>> 0 : ~bit >>> 0;
      const side = mask[index] === 0 ? this.#good : this.#defect;
      const rank = ordered >>> (32 - RANK_BITS);
      side[rank] = (side[rank] ?? 0) + 1;
    }
  }

  /** Undefined while one side is empty. */
  get auroc(): number | undefined {
    const [defect, good] = [this.#defect, this.#good];
    return areaOfSteps(
      (function* () {
        for (let rank = 0; rank < defect.length; rank += 1) yield [defect[rank] ?? 0, good[rank] ?? 0] as const;
      })(),
    );
  }
}
