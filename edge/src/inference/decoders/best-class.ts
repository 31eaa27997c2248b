import type { Walk } from './shapes.ts';

/**
 * Best class of each row of a table of scores. A row gives one class only: it regresses one box, so a second label on
 * it would be a second object with the first one's box.
 */
export class BestClass {
  scores = new Float32Array(0);
  classes = new Uint16Array(0);
  /** Least and greatest score seen, with 0 between them. */
  least = 0;
  most = 0;

  /** Scores are the `count` attributes from `first`; the class `skip` takes no part (-1: all do). */
  find(data: Float32Array, walk: Walk, first: number, count: number, skip = -1): void {
    if (this.scores.length !== walk.rows) {
      this.scores = new Float32Array(walk.rows);
      this.classes = new Uint16Array(walk.rows);
    }
    this.least = 0;
    this.most = 0;
    // Along the memory, whichever way the table lies.
    if (walk.stride === 1) this.#byClass(data, walk, first, count, skip);
    else this.#byRow(data, walk, first, count, skip);
  }

  #byClass(data: Float32Array, { rows, step }: Walk, first: number, count: number, skip: number): void {
    const { scores, classes } = this;
    let most = 0;
    let least = 0;
    scores.fill(Number.NEGATIVE_INFINITY);
    for (let c = 0; c < count; c++) {
      if (c === skip) continue;
      const at = (first + c) * step;
      for (let i = 0; i < rows; i++) {
        const score = data[at + i]!;
        if (score < least) least = score;
        if (score > scores[i]!) {
          scores[i] = score;
          classes[i] = c;
          if (score > most) most = score;
        }
      }
    }
    this.least = least;
    this.most = most;
  }

  #byRow(data: Float32Array, { rows, step, stride }: Walk, first: number, count: number, skip: number): void {
    const { scores, classes } = this;
    let most = 0;
    let least = 0;
    for (let i = 0; i < rows; i++) {
      const at = i * stride + first * step;
      let best = Number.NEGATIVE_INFINITY;
      let bestClass = 0;
      for (let c = 0; c < count; c++) {
        const score = data[at + c * step]!;
        if (score < least) least = score;
        if (score > best && c !== skip) {
          best = score;
          bestClass = c;
        }
      }
      if (best > most) most = best;
      scores[i] = best;
      classes[i] = bestClass;
    }
    this.least = least;
    this.most = most;
  }
}
