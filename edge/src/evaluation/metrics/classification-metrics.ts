import { f1 } from './average-precision.ts';
import { type Confusion, ConfusionCounter } from './confusion.ts';

/** The class of an image and the predicted classes, best first. */
export interface ClassPrediction {
  readonly truth: string;
  readonly named: readonly { readonly label: string; readonly score: number }[];
}

export interface ClassMetrics {
  readonly label: string;
  readonly truths: number;
  /** Undefined where it would be 0 of 0. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
}

export interface ClassificationMetrics {
  /** Fraction of images whose class was predicted first, and among the first five. */
  readonly top1: number;
  readonly top5: number;
  readonly labels: readonly ClassMetrics[];
  readonly confusion: Confusion;
}

const NOTHING = 'nothing';

/** Metrics of the classes of images; an image without a predicted class counts as wrong, as `nothing`. */
export function classificationMetrics(
  pictures: readonly ClassPrediction[],
  labels: readonly string[],
): ClassificationMetrics {
  const within = (places: number): number =>
    pictures.filter(({ truth, named }) => named.slice(0, places).some(({ label }) => label === truth)).length /
    Math.max(1, pictures.length);
  const unnamed = pictures.some(({ named }) => named.length === 0);
  const counter = new ConfusionCounter(unnamed ? [...labels, NOTHING] : labels);
  for (const { truth, named } of pictures) counter.add(truth, named[0]?.label ?? NOTHING);
  const { confusion } = counter;
  return { top1: within(1), top5: within(5), labels: labels.map((label) => classMetrics(label, confusion)), confusion };
}

function classMetrics(label: string, { labels, counts }: Confusion): ClassMetrics {
  const at = labels.indexOf(label);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const hits = counts[at]?.[at] ?? 0;
  const truths = sum(counts[at] ?? []);
  const named = sum(counts.map((row) => row[at] ?? 0));
  const precision = named === 0 ? undefined : hits / named;
  const recall = truths === 0 ? undefined : hits / truths;
  const known = precision !== undefined && recall !== undefined;
  return { label, truths, precision, recall, f1: known ? f1({ precision, recall }) : undefined };
}
