/**
 * The errors that the collector shows to people, and the closed list of their codes.
 */
import { type ErrorFacts, LinesideError } from '@lineside/kit';
import type { CollectorErrorCode } from './codes.ts';

export type { CollectorErrorCode } from './codes.ts';

/** What the collector shows to people: a code, a message and an advice. */
export class CollectorError extends LinesideError {
  override readonly name: string = 'CollectorError';
  override readonly code: CollectorErrorCode;

  constructor(facts: ErrorFacts<CollectorErrorCode>) {
    super(facts);
    this.code = facts.code;
  }
}

/** The configuration or the command line is wrong; exit code 2. */
export class UsageError extends CollectorError {
  override readonly name = 'UsageError';
}
