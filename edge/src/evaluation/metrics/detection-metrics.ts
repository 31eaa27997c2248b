import { type Box, type Detection, iou, type LeastScores, leastScoreOf, type Point } from '../../domain/index.ts';
import { averagePrecision, bestF1, type CurvePoint, f1, type Mark, precisionRecallCurve } from './average-precision.ts';
import { BACKGROUND, type Confusion, ConfusionCounter } from './confusion.ts';
import { maskIou } from './mask-overlap.ts';
import { matchBoxes, overlaps } from './matching.ts';

/** 0.50, 0.55, ... 0.95, as COCO averages over. */
const IOU_STEPS = Array.from({ length: 10 }, (_, step) => (50 + 5 * step) / 100);
/** From this IoU up a detection matches an object: for precision, recall, confusion and AP50. */
const IOU_SAME = 0.5;
/** Whether an object was detected at all, where sets do not agree on how large its box is. */
const IOU_LOOSE = 0.3;

/** A true object: `label` is one of the model's, box in pixels of the image. */
export interface TruthBox {
  readonly label: string;
  readonly box: Box;
  /** Its outline, where it is known; pixels of the image. */
  readonly polygon?: readonly Point[];
}

/** The true objects of an image and its detections, down to a low score. */
export interface ImagePredictions {
  readonly truth: readonly TruthBox[];
  readonly found: readonly Detection[];
}

export interface LabelMetrics {
  readonly label: string;
  readonly truths: number;
  /** Counted from the threshold up. Undefined where it would be 0 of 0. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
  /** Undefined for a label that the set has no object of. */
  readonly ap50: number | undefined;
  readonly ap50to95: number | undefined;
  /** AP at an IoU of 0.3. */
  readonly ap30: number | undefined;
  /** The same with outlines instead of boxes; undefined where the set or the model has none. */
  readonly maskAp50: number | undefined;
  readonly maskAp50to95: number | undefined;
  /** The threshold that would give the best F1, and what it would give. */
  readonly best: CurvePoint | undefined;
}

/** Detections of one image at the threshold, matched with its objects. */
export interface PictureOutcome {
  readonly hits: readonly Detection[];
  readonly falsePositives: readonly Detection[];
  readonly missed: readonly TruthBox[];
}

export interface DetectionMetrics {
  readonly labels: readonly LabelMetrics[];
  /** All labels together: counts over all for precision, recall and F1; means of the labels that have objects for AP. */
  readonly all: Omit<LabelMetrics, 'label' | 'best'>;
  readonly confusion: Confusion;
  /** In the order of the images. */
  readonly outcomes: readonly PictureOutcome[];
}

/**
 * Compares detections with the true objects. Labels outside `labels` are ignored. Boxes are matched within a label by
 * COCO's rule; the confusion matrix then pairs the rest across labels, from an IoU of 0.5 up.
 */
export function detectionMetrics(
  pictures: readonly ImagePredictions[],
  { labels, threshold }: { readonly labels: readonly string[]; readonly threshold: LeastScores },
): DetectionMetrics {
  const outcomes = pictures.map((picture) => outcomeOf(picture, labels, threshold));
  const judged = labels.map((label) => labelMetrics(label, pictures, outcomes));
  const sum = (count: (outcome: PictureOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const counts = {
    hits: sum(({ hits }) => hits.length),
    falsePositives: sum(({ falsePositives }) => falsePositives.length),
    missed: sum(({ missed }) => missed.length),
  };
  return {
    labels: judged,
    all: {
      truths: counts.hits + counts.missed,
      ...rates(counts),
      ap50: mean(judged.map(({ ap50 }) => ap50)),
      ap50to95: mean(judged.map(({ ap50to95 }) => ap50to95)),
      ap30: mean(judged.map(({ ap30 }) => ap30)),
      maskAp50: mean(judged.map(({ maskAp50 }) => maskAp50)),
      maskAp50to95: mean(judged.map(({ maskAp50to95 }) => maskAp50to95)),
    },
    confusion: confusionOf(outcomes, labels),
    outcomes,
  };
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0) / known.length;
}

/** Objects and detections of one label, best score first. */
function part({ truth, found }: ImagePredictions, label: string): { truth: readonly TruthBox[]; found: Detection[] } {
  return {
    truth: truth.filter((real) => real.label === label),
    found: found.filter((detection) => detection.label === label).sort((a, b) => b.score - a.score),
  };
}

const boxes = (list: readonly { readonly box: Box }[]): readonly Box[] => list.map(({ box }) => box);

function outcomeOf(picture: ImagePredictions, labels: readonly string[], threshold: LeastScores): PictureOutcome {
  const outcome = { hits: [] as Detection[], falsePositives: [] as Detection[], missed: [] as TruthBox[] };
  for (const label of labels) {
    const { truth, found } = part(picture, label);
    const counted = found.filter(({ score }) => score >= leastScoreOf(threshold, label));
    const taken = matchBoxes(overlaps(boxes(counted), boxes(truth)), IOU_SAME);
    for (const [index, detection] of counted.entries()) {
      ((taken[index] ?? -1) >= 0 ? outcome.hits : outcome.falsePositives).push(detection);
    }
    outcome.missed.push(...truth.filter((_, index) => !taken.includes(index)));
  }
  return outcome;
}

function labelMetrics(
  label: string,
  pictures: readonly ImagePredictions[],
  outcomes: readonly PictureOutcome[],
): LabelMetrics {
  const count = (of: (outcome: PictureOutcome) => readonly { readonly label: string }[]): number =>
    outcomes.reduce((total, outcome) => total + of(outcome).filter((item) => item.label === label).length, 0);
  const hits = count((outcome) => outcome.hits);
  const missed = count((outcome) => outcome.missed);
  const falsePositives = count((outcome) => outcome.falsePositives);
  const truths = hits + missed;
  const steps = [IOU_LOOSE, ...IOU_STEPS];
  const [loose, ...curves] = truths === 0 ? [] : curvesOf(label, pictures, truths, boxOverlaps, steps);
  const aps = curves.map(averagePrecision);
  const outlined = truths > 0 && pictures.some((picture) => hasOutlines(picture, label));
  const maskAps = outlined ? curvesOf(label, pictures, truths, maskOverlaps, IOU_STEPS).map(averagePrecision) : [];
  return {
    label,
    truths,
    ...rates({ hits, falsePositives, missed }),
    ap50: aps[0],
    ap50to95: mean(aps),
    ap30: loose === undefined ? undefined : averagePrecision(loose),
    maskAp50: maskAps[0],
    maskAp50to95: mean(maskAps),
    best: curves[0] === undefined ? undefined : bestF1(curves[0]),
  };
}

/** IoU of each detection (rows) with each object (columns). */
type Overlaps = (found: readonly Detection[], truth: readonly TruthBox[]) => readonly (readonly number[])[];

const boxOverlaps: Overlaps = (found, truth) => overlaps(boxes(found), boxes(truth));

/** By masks; an object without one counts as its box. Where boxes do not overlap, masks cannot. */
const maskOverlaps: Overlaps = (found, truth) =>
  found.map(({ box, mask }) =>
    truth.map((real) => {
      const byBox = iou(box, real.box);
      return mask === undefined || real.polygon === undefined || byBox === 0 ? byBox : maskIou(mask, real.polygon);
    }),
  );

function hasOutlines(picture: ImagePredictions, label: string): boolean {
  const { truth, found } = part(picture, label);
  return truth.some(({ polygon }) => polygon !== undefined) && found.some(({ mask }) => mask !== undefined);
}

/** The curve of one label at each IoU of `steps`. */
function curvesOf(
  label: string,
  pictures: readonly ImagePredictions[],
  truths: number,
  overlapsOf: Overlaps,
  steps: readonly number[],
): readonly (readonly CurvePoint[])[] {
  const marks = steps.map((): Mark[] => []);
  for (const picture of pictures) {
    const { truth, found } = part(picture, label);
    const ious = overlapsOf(found, truth);
    for (const [step, leastIou] of steps.entries()) {
      const taken = matchBoxes(ious, leastIou);
      marks[step]?.push(...found.map(({ score }, index) => ({ score, hit: (taken[index] ?? -1) >= 0 })));
    }
  }
  return marks.map((list) => precisionRecallCurve(list, truths));
}

function rates(counts: { readonly hits: number; readonly falsePositives: number; readonly missed: number }): {
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
} {
  const { hits, falsePositives, missed } = counts;
  const precision = hits + falsePositives === 0 ? undefined : hits / (hits + falsePositives);
  const recall = hits + missed === 0 ? undefined : hits / (hits + missed);
  const known = precision !== undefined && recall !== undefined;
  return { precision, recall, f1: known ? f1({ precision, recall }) : undefined };
}

function confusionOf(outcomes: readonly PictureOutcome[], labels: readonly string[]): Confusion {
  const counter = new ConfusionCounter([...labels, BACKGROUND]);
  for (const { hits, falsePositives, missed } of outcomes) {
    for (const { label } of hits) counter.add(label, label);
    const strays = [...falsePositives].sort((a, b) => b.score - a.score);
    const taken = matchBoxes(overlaps(boxes(strays), boxes(missed)), IOU_SAME);
    for (const [index, stray] of strays.entries()) {
      counter.add(missed[taken[index] ?? -1]?.label ?? BACKGROUND, stray.label);
    }
    for (const [index, { label }] of missed.entries()) if (!taken.includes(index)) counter.add(label, BACKGROUND);
  }
  return counter.confusion;
}
