/** The row of detections where there is no object, and the column of objects without a detection. */
export const BACKGROUND = 'background';

/** `counts[truth][found]`, both in the order of `labels`. */
export interface Confusion {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Counts pairs of a true and a predicted label. */
export class ConfusionCounter {
  readonly #labels: readonly string[];
  readonly #counts: number[][];

  constructor(labels: readonly string[]) {
    this.#labels = labels;
    this.#counts = labels.map(() => labels.map(() => 0));
  }

  add(truth: string, found: string): void {
    const row = this.#counts[this.#labels.indexOf(truth)];
    const column = this.#labels.indexOf(found);
    if (row === undefined || column < 0) throw new RangeError(`no such labels: ${truth}, ${found}`);
    row[column] = (row[column] ?? 0) + 1;
  }

  get confusion(): Confusion {
    return { labels: this.#labels, counts: this.#counts };
  }
}
