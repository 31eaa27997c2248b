import type { SentenceContext } from './draft.ts';
import type { Phrases } from './phrases.ts';
import type { Refusals, Refused } from './refusals.ts';

/** A sentence that is not taken, and why. */
export class Refusal extends Error {
  readonly advice: string;

  constructor({ problem, advice }: Refused) {
    super(problem);
    this.advice = advice;
  }
}

/** With what a sentence is read. */
export interface Reader {
  readonly phrases: Phrases;
  readonly refusals: Refusals;
  readonly context: SentenceContext;
}

/** Notes a part that was understood, and gives it back. */
export type Took = (found: RegExpExecArray | undefined) => RegExpExecArray | undefined;
