import { SCORE_SLACK } from './numbers.ts';
import type { Walk } from './shapes.ts';

/** Valid scores. */
export interface ScoreRange {
  readonly low: number;
  readonly high: number;
}

/** 0 to 1, with some tolerance for rounding. */
export const PROBABILITIES: ScoreRange = { low: -SCORE_SLACK, high: 1 + SCORE_SLACK };
export const LOGITS: ScoreRange = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE };

export interface ScoreColumns {
  /** First attribute of the classes, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Class that is ignored. */
  readonly skip?: number;
  /** Lowest score that counts. */
  readonly enough: number;
  readonly range: ScoreRange;
}

/**
 * Best class of each row of a table of scores, if its score is sufficient. A row gives one class only: it regresses one
 * box, so a second label would be a second object with the same box.
 */
export class BestClass {
  /** Per row the best sufficient score; negative infinity without one. */
  scores = new Float32Array(0);
  classes = new Uint16Array(0);
  /** Least and greatest of the scores outside the range, and 0 and 1. */
  least = 0;
  most = 1;

  /** False when a score is out of the range or not finite; then the other fields are undefined. */
  find(data: Float32Array, walk: Walk, columns: ScoreColumns): boolean {
    if (this.scores.length !== walk.rows) {
      this.scores = new Float32Array(walk.rows);
      this.classes = new Uint16Array(walk.rows);
    }
    this.scores.fill(Number.NEGATIVE_INFINITY);
    this.least = 0;
    this.most = 1;
    // In the order of the memory, for either layout.
    const credible = walk.stride === 1 ? this.#byClass(data, walk, columns) : this.#byRow(data, walk, columns);
    if (!credible) this.#span(data, walk, columns);
    return credible;
  }

  #byClass(data: Float32Array, { rows, step }: Walk, { first, count, skip, enough, range }: ScoreColumns): boolean {
    const { scores, classes } = this;
    const { low, high } = range;
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const skipped = skippedBits(enough, low);
    for (let c = 0; c < count; c++) {
      if (c === skip) continue;
      const at = (first + c) * step;
      for (let i = 0; i < rows; i++) {
        // Nearly all scores are below.
        if (bits[at + i]! < skipped) continue;
        const score = data[at + i]!;
        if (!(score >= low && score <= high)) return false;
        if (score >= enough && score > scores[i]!) {
          scores[i] = score;
          classes[i] = c;
        }
      }
    }
    return true;
  }

  #byRow(data: Float32Array, walk: Walk, { first, count, skip, enough, range }: ScoreColumns): boolean {
    const { scores, classes } = this;
    const { low, high } = range;
    const { rows, step, stride } = walk;
    for (let i = 0; i < rows; i++) {
      const at = i * stride + first * step;
      for (let c = 0; c < count; c++) {
        const score = data[at + c * step]!;
        if (score < enough && score >= low) continue;
        if (!(score >= low && score <= high)) return false;
        if (score > scores[i]! && c !== skip) {
          scores[i] = score;
          classes[i] = c;
        }
      }
    }
    return true;
  }

  /** For the message: the range of the scores. */
  #span(data: Float32Array, { rows, step, stride }: Walk, { first, count }: ScoreColumns): void {
    for (let c = 0; c < count; c++) {
      for (let i = 0; i < rows; i++) {
        const score = data[(first + c) * step + i * stride]!;
        if (score < this.least) this.least = score;
        if (score > this.most) this.most = score;
      }
    }
  }
}

/**
 * The bit patterns of single-precision numbers from 0 to below `enough`, read as unsigned integers, rise with the numbers;
 * those of negative numbers, infinities and NaN lie above. One comparison then excludes most scores.
 */
function skippedBits(enough: number, low: number): number {
  if (!(enough > 0) || low > 0) return 0;
  return new Uint32Array(Float32Array.of(enough).buffer)[0]!;
}
