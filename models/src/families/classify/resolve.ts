import type { FamilyImages } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import { CENTRE_CROP, IMAGENET, ULTRALYTICS } from '../images.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';
import { areProbabilities, SLACK } from '../scores/score-range.ts';

/** No embedding has fewer numbers. */
const EMBEDDING_LEAST = 16;
const MIDDLE_GREY = [127.5, 127.5, 127.5] as const;

export const images: FamilyImages = {
  usual: { ...ULTRALYTICS, ...IMAGENET, letterbox: CENTRE_CROP },
  ultralyticsAsUsual: true,
  variant: (_reading, { layout }) =>
    layout === 'nhwc'
      ? { mean: MIDDLE_GREY, std: MIDDLE_GREY, reason: 'classifiers of Keras take pixels from -1 to 1' }
      : undefined,
};

/** Scores that sum to 1 went through softmax, whatever operator did it; others within 0..1 through a sigmoid. */
export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  const inside = areProbabilities({ scoresOf }, reading, runs);
  if (reading.classes === 1) return { sigmoid: inside ? 'inside' : 'outside' };
  if (!inside) return { softmax: 'outside' };
  const sums = outputOfRuns(reading.outputs[0], runs).map((scores) =>
    allValues([scores]).reduce((total, value) => total + value, 0),
  );
  return sums.every((sum) => Math.abs(sum - 1) < SLACK) ? { softmax: 'inside' } : { sigmoid: 'inside' };
}

/** Numbers whose squares sum to 1 are an embedding, unless they are scores that sum to 1. */
export function contradicts({ classes = 0, outputs: [name] }: Reading, outputs: readonly RawOutput[]): boolean {
  if (classes < EMBEDDING_LEAST) return false;
  return outputOfRuns(name, [outputs]).some(({ data }) => {
    const values = Array.from(data, Number);
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    const sum = values.reduce((total, value) => total + value, 0);
    return Math.abs(squares - 1) < SLACK / 10 && Math.abs(sum - 1) > SLACK;
  });
}

export function scoresOf(_reading: Reading, [scores]: readonly RawOutput[]): ArrayLike<number> {
  return scores === undefined ? [] : allValues([scores]);
}
