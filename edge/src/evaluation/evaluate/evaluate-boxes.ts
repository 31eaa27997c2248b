import type { LeastScores, PictureSize } from '../../domain/index.ts';
import {
  detectionMetrics,
  type ImagePredictions,
  type PictureOutcome,
  type TruthBox,
} from '../metrics/detection-metrics.ts';
import { detectionTable } from '../report/tables.ts';
import { mapLabels } from '../sets/label-map.ts';
import type { LabelledSet } from '../sets/labelled-set.ts';
import type { Overlay } from '../../pipeline/index.ts';
import { type Failure, type EvaluationResult, WORST_EACH, type WorstImage } from './evaluation-result.ts';
import { type DatasetRun, runDataset } from './run-dataset.ts';

type BoxedSet = Extract<LabelledSet, { form: 'yolo' }>;
type Stage = Omit<DatasetRun<never>, 'pictures'>;

export interface BoxesRequest {
  readonly set: BoxedSet;
  readonly map: ReadonlyMap<string, string>;
  /** Scores from here up count for precision and recall. */
  readonly threshold: LeastScores;
}

interface Shown {
  readonly path: string;
  readonly name: string;
}

/** Compares the boxes of a detector or a segmenter with those of a set. */
export async function evaluateBoxes(stage: Stage, { set, map, threshold }: BoxesRequest): Promise<EvaluationResult> {
  const { toModel, judged: labels, ignored } = mapLabels(set.labels, stage.predictor.spec.manifest.labels, map);
  const pictures: ImagePredictions[] = [];
  const shown: Shown[] = [];
  const failures: Failure[] = [];
  for await (const look of runDataset({ ...stage, pictures: set.pictures })) {
    const { picture } = look;
    if ('failure' in look) {
      failures.push({ name: picture.name, reason: look.failure });
      continue;
    }
    const truth = picture.truth.flatMap(({ label, ...shape }) => {
      const known = toModel.get(label);
      return known === undefined ? [] : [{ label: known, ...inPixels(shape, look.size) }];
    });
    pictures.push({ truth, found: look.seen.detections });
    shown.push(picture);
  }
  const figures = detectionMetrics(pictures, { labels, threshold });
  const unseen = stage.predictor.spec.manifest.labels.filter((label) => !labels.includes(label));
  const { outcomes, ...metrics } = figures;
  return {
    figures: metrics,
    summary: `${figures.all.truths} objects in ${pictures.length} images`,
    table: detectionTable(figures),
    confusion: figures.confusion,
    notes: [
      `Precision, recall and F1 count scores from ${scoresText(threshold)} up, and boxes with an IoU of at least 0.5 with a true box.`,
      'AP with all-point interpolation (Everingham et al. 2010); AP50-95 is the mean over IoU 0.50, 0.55 to 0.95 (Lin et al. 2014).',
      ...(figures.all.maskAp50 === undefined ? [] : ['Mask AP is the same with masks instead of boxes.']),
      ...(ignored.length === 0 ? [] : [`Labels of the set that were not evaluated: ${ignored.join(', ')}.`]),
      ...(unseen.length === 0 ? [] : [`Labels of the model that are absent from the set: ${shortened(unseen)}.`]),
    ],
    legend: 'Green: correct detection. Red: false detection. Blue: missed object.',
    worst: worstOf(shown, outcomes),
    failures,
  };
}

function scoresText({ score, labels = {} }: LeastScores): string {
  const own = Object.entries(labels).map(([label, least]) => `${label} ${least}`);
  return own.length === 0 ? String(score) : `${score} (${own.join(', ')})`;
}

const LABELS_SHOWN = 10;

function shortened(labels: readonly string[]): string {
  const more = labels.length - LABELS_SHOWN;
  return `${labels.slice(0, LABELS_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

type Shape = Omit<TruthBox, 'label'>;

function inPixels({ box: [x1, y1, x2, y2], polygon }: Shape, { width, height }: PictureSize): Shape {
  const box = [x1 * width, y1 * height, x2 * width, y2 * height] as const;
  return polygon === undefined ? { box } : { box, polygon: polygon.map(([x, y]) => [x * width, y * height]) };
}

/** First the images with the most confident false detections, then those with the most missed objects. */
function worstOf(shown: readonly Shown[], outcomes: readonly PictureOutcome[]): readonly WorstImage[] {
  const all = outcomes.flatMap((outcome, index) => {
    const picture = shown[index];
    return picture === undefined
      ? []
      : [{ picture, outcome, sure: Math.max(0, ...outcome.falsePositives.map(({ score }) => score)) }];
  });
  const invented = all
    .filter(({ sure }) => sure > 0)
    .sort((a, b) => b.sure - a.sure)
    .slice(0, WORST_EACH);
  const missed = all
    .filter((entry) => entry.outcome.missed.length > 0 && !invented.includes(entry))
    .sort((a, b) => b.outcome.missed.length - a.outcome.missed.length)
    .slice(0, WORST_EACH);
  return [...invented, ...missed].map(({ picture, outcome }) => ({
    ...picture,
    caption: captionOf(outcome),
    overlays: overlaysOf(outcome),
  }));
}

function captionOf({ falsePositives, missed }: PictureOutcome): string {
  const invented = [...falsePositives]
    .sort((a, b) => b.score - a.score)
    .map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  const parts = [
    ...(invented.length === 0 ? [] : [`false: ${invented.slice(0, 5).join(', ')}`]),
    ...(missed.length === 0
      ? []
      : [
          `missed: ${missed
            .map(({ label }) => label)
            .slice(0, 5)
            .join(', ')}`,
        ]),
  ];
  return parts.join('; ');
}

function overlaysOf({ hits, falsePositives, missed }: PictureOutcome): readonly Overlay[] {
  const shown = (score: number): string => score.toFixed(2);
  return [
    ...missed.map(({ box, label }): Overlay => ({ box, text: `missed ${label}`, colour: 'plain' })),
    ...hits.map(({ box, label, score }): Overlay => ({ box, text: `${label} ${shown(score)}`, colour: 'good' })),
    ...falsePositives.map(
      ({ box, label, score }): Overlay => ({ box, text: `${label} ${shown(score)}`, colour: 'bad' }),
    ),
  ];
}
