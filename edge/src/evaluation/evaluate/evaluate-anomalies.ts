import type { Anomaly } from '../../domain/index.ts';
import { anomalyMetrics, type AnomalyPrediction, PixelRanks } from '../metrics/anomaly-metrics.ts';
import { anomalyTable } from '../report/tables.ts';
import type { LabelledSet } from '../sets/labelled-set.ts';
import { type Failure, type EvaluationResult, WORST_EACH, type WorstImage } from './evaluation-result.ts';
import { type DatasetRun, runDataset } from './run-dataset.ts';
import { readMask } from './read-mask.ts';

type MaskSet = Extract<LabelledSet, { form: 'mask' }>;
type Stage = Omit<DatasetRun<never>, 'pictures'>;
type Map2d = NonNullable<Anomaly['map']>;

interface Entry extends AnomalyPrediction {
  readonly path: string;
  readonly name: string;
}

/** Compares anomaly scores, and maps where the model has them, with good and defective images and their masks. */
export async function evaluateAnomalies(
  stage: Stage,
  { set, threshold }: { readonly set: MaskSet; readonly threshold: number },
): Promise<EvaluationResult> {
  const pixels = new PixelRanks();
  const judged: Entry[] = [];
  const failures: Failure[] = [];
  for await (const look of runDataset({ ...stage, pictures: set.pictures })) {
    const { picture } = look;
    if ('failure' in look || look.seen.anomaly === undefined) {
      failures.push({ name: picture.name, reason: 'failure' in look ? look.failure : 'no anomaly score' });
      continue;
    }
    const { score, map } = look.seen.anomaly;
    judged.push({ path: picture.path, name: picture.name, defect: picture.defect, score });
    if (map !== undefined) await addPixels(pixels, map, picture);
  }
  const figures = anomalyMetrics(judged, { threshold, pixels });
  return {
    figures,
    summary: `${figures.good} good and ${figures.defect} defective images`,
    table: anomalyTable(figures),
    confusion: figures.confusion,
    notes: [
      `Precision, recall and F1 count scores from ${threshold} up, on the model's own scale.`,
      'AUROC is the fraction of pairs in the right order (Hanley & McNeil 1982); pixels at the resolution of the map.',
    ],
    worst: worstOf(judged),
    failures,
  };
}

/** Without a mask it is unknown which pixels of a defective image are defective. */
async function addPixels(pixels: PixelRanks, map: Map2d, picture: MaskSet['pictures'][number]): Promise<void> {
  if (!picture.defect) pixels.add(map.values, new Uint8Array(map.values.length));
  else if (picture.mask !== undefined) pixels.add(map.values, await readMask(picture.mask, map));
}

function worstOf(judged: readonly Entry[]): readonly WorstImage[] {
  const good = judged.filter(({ defect }) => !defect).sort((a, b) => b.score - a.score);
  const bad = judged.filter(({ defect }) => defect).sort((a, b) => a.score - b.score);
  return [...good.slice(0, WORST_EACH), ...bad.slice(0, WORST_EACH)].map(({ path, name, defect, score }) => ({
    path,
    name,
    caption: `${defect ? 'defective' : 'good'}, score ${score.toPrecision(3)}`,
    overlays: [],
  }));
}
