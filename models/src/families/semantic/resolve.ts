import type { FamilyImages, ResolveFacts } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { IMAGENET, STRETCHED } from '../images.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';
import { areProbabilities } from '../scores/score-range.ts';

export const images: FamilyImages = {
  usual: { color: 'rgb', ...IMAGENET, letterbox: STRETCHED, thresholds: { score: 0.5, iou: 0.45 } },
};

/** What the planes went through; with one plane more than labels, the first one is the background. */
export function resolveOptions(reading: Reading, runs: Runs, { labels }: ResolveFacts): OutputOptions {
  const { classes } = reading;
  if (classes === undefined) return reading.options?.background === undefined ? { background: 0 } : {};
  const inside = areProbabilities({ scoresOf }, reading, runs);
  if (classes === 1) return { sigmoid: inside ? 'inside' : 'outside' };
  const background = labels === classes ? {} : { background: reading.options?.background ?? 0 };
  return { softmax: inside ? 'inside' : 'outside', ...background };
}

/** A map of numbers holds whole numbers. */
export function contradicts({ classes, outputs: [name] }: Reading, outputs: readonly RawOutput[]): boolean {
  if (classes !== undefined) return false;
  return outputOfRuns(name, [outputs]).some(({ data }) =>
    Array.from(data, Number).some((value) => value < 0 || value > 65_535),
  );
}

export function scoresOf(_reading: Reading, [map]: readonly RawOutput[]): ArrayLike<number> {
  return map === undefined ? [] : allValues([map]);
}
