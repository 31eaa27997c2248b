/** The least score that counts as a detection, 0 to 1: of a label its own where it has one, otherwise `score`. */
export interface LeastScores {
  readonly score: number;
  readonly labels?: Readonly<Record<string, number>> | undefined;
}

/** The least score of one label. */
export function leastScoreOf({ score, labels }: LeastScores, label: string): number {
  const own = labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
  return own ?? score;
}

/** The lowest of them: what a decoder must pass on, so that each label can be judged by its own. */
export function lowestScore({ score, labels = {} }: LeastScores): number {
  return Math.min(score, ...Object.values(labels));
}

/** Each of them changed by `change`. */
export function mapScores({ score, labels }: LeastScores, change: (score: number) => number): LeastScores {
  if (labels === undefined) return { score: change(score) };
  return {
    score: change(score),
    labels: Object.fromEntries(Object.entries(labels).map(([label, own]) => [label, change(own)])),
  };
}
