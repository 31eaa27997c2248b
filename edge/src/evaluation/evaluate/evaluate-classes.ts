import { classificationMetrics, type ClassPrediction } from '../metrics/classification-metrics.ts';
import { classificationTable } from '../report/tables.ts';
import { mapLabels } from '../sets/label-map.ts';
import type { LabelledSet } from '../sets/labelled-set.ts';
import { type Failure, type EvaluationResult, WORST_EACH, type WorstImage } from './evaluation-result.ts';
import { type DatasetRun, runDataset } from './run-dataset.ts';

type FolderSet = Extract<LabelledSet, { form: 'folders' }>;
type Stage = Omit<DatasetRun<never>, 'pictures'>;

/** Compares the classes of images with the folders that contain them. */
export async function evaluateClasses(
  stage: Stage,
  { set, map }: { readonly set: FolderSet; readonly map: ReadonlyMap<string, string> },
): Promise<EvaluationResult> {
  const { manifest } = stage.predictor.spec;
  const { toModel, ignored } = mapLabels(set.labels, manifest.labels, map);
  const judged: ClassPrediction[] = [];
  const wrong: (WorstImage & { readonly score: number })[] = [];
  const failures: Failure[] = [];
  const pictures = set.pictures.filter(({ label }) => toModel.has(label));
  for await (const look of runDataset({ ...stage, pictures })) {
    const { picture } = look;
    const truth = toModel.get(picture.label) ?? '';
    if ('failure' in look) {
      failures.push({ name: picture.name, reason: look.failure });
      continue;
    }
    const named = look.seen.classes ?? [];
    judged.push({ truth, named });
    const [first] = named;
    if (first === undefined || first.label === truth) continue;
    const caption = `is ${truth}, predicted ${first.label} ${first.score.toFixed(2)}`;
    wrong.push({ path: picture.path, name: picture.name, caption, overlays: [], score: first.score });
  }
  // Only labels that occur: a table of a thousand would be useless.
  const used = new Set(judged.flatMap(({ truth, named }) => [truth, ...named.slice(0, 1).map(({ label }) => label)]));
  const figures = classificationMetrics(
    judged,
    manifest.labels.filter((label) => used.has(label)),
  );
  return {
    figures,
    summary: `top-1 ${figures.top1.toFixed(3)}, top-5 ${figures.top5.toFixed(3)} on ${judged.length} images`,
    table: classificationTable(figures),
    confusion: figures.confusion,
    notes: ignored.length === 0 ? [] : [`Folders that were not evaluated: ${ignored.join(', ')}.`],
    worst: wrong.sort((a, b) => b.score - a.score).slice(0, 2 * WORST_EACH),
    failures,
  };
}
