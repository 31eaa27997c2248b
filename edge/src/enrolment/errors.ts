import { type ErrorFacts, LinesideError } from '@lineside/kit';

export type EnrolmentErrorCode =
  | 'claim_invalid'
  | 'collector_unreachable'
  | 'collector_not_recognised'
  | 'enrolment_refused'
  | 'enrolment_answer_invalid';

/** Why this device could not enrol at a collector. */
export class EnrolmentError extends LinesideError {
  override readonly name = 'EnrolmentError';
  override readonly code: EnrolmentErrorCode;

  constructor(facts: ErrorFacts & { readonly code: EnrolmentErrorCode }) {
    super(facts);
    this.code = facts.code;
  }
}
