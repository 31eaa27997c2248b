/**
 * Area under the receiver operating characteristic: the chance that a positive scores above a negative, ties counting
 * half (Hanley & McNeil, "The meaning and use of the area under a ROC curve", 1982). Undefined where one side is empty.
 */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number | undefined {
  const steps = new Map<number, [positives: number, negatives: number]>();
  const count = (scores: readonly number[], side: 0 | 1): void => {
    for (const score of scores) {
      const step = steps.get(score) ?? [0, 0];
      step[side] += 1;
      steps.set(score, step);
    }
  };
  count(positives, 0);
  count(negatives, 1);
  return areaOfSteps([...steps].sort(([a], [b]) => a - b).map(([, step]) => step));
}

/** The same from counts of positives and negatives per score, lowest score first. */
export function areaOfSteps(steps: Iterable<readonly [positives: number, negatives: number]>): number | undefined {
  let below = 0;
  let positives = 0;
  let pairs = 0;
  for (const [here, others] of steps) {
    pairs += here * (below + others / 2);
    below += others;
    positives += here;
  }
  return positives === 0 || below === 0 ? undefined : pairs / (positives * below);
}
