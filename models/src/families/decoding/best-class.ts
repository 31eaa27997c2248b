import { SCORE_SLACK } from './numbers.ts';
import type { Walk } from './shapes.ts';

/** What scores may be. */
export interface ScoreRange {
  readonly low: number;
  readonly high: number;
}

/** 0 to 1, but for rounding. */
export const SHARES: ScoreRange = { low: -SCORE_SLACK, high: 1 + SCORE_SLACK };
export const LOGITS: ScoreRange = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE };

export interface ScoreColumns {
  /** First attribute of the classes, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Class that takes no part. */
  readonly skip?: number;
  /** Least score that counts. */
  readonly enough: number;
  readonly range: ScoreRange;
}

/**
 * Best class of each row of a table of scores, of those that score enough. A row gives one class only: it regresses
 * one box, so a second label on it would be a second object with the first one's box.
 */
export class BestClass {
  /** Per row the best score that is enough; negative infinity where there is none. */
  scores = new Float32Array(0);
  classes = new Uint16Array(0);
  /** Least and greatest of the scores that were looked at closely, and 0 and 1. */
  least = 0;
  most = 1;

  /** False when a score is out of the range or no number: then nothing else holds. */
  find(data: Float32Array, walk: Walk, columns: ScoreColumns): boolean {
    if (this.scores.length !== walk.rows) {
      this.scores = new Float32Array(walk.rows);
      this.classes = new Uint16Array(walk.rows);
    }
    this.scores.fill(Number.NEGATIVE_INFINITY);
    this.least = 0;
    this.most = 1;
    // Along the memory, whichever way the table lies.
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
        // Nearly all are.
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

  /** For the message: how far the scores go. */
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
 * Numbers from 0 to below `enough` in single precision have bit patterns, read as whole numbers, that rise with them;
 * those of negatives, infinities and NaN lie above. One comparison then tells all that need no closer look.
 */
function skippedBits(enough: number, low: number): number {
  if (!(enough > 0) || low > 0) return 0;
  return new Uint32Array(Float32Array.of(enough).buffer)[0]!;
}
