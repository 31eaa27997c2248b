import { type ErrorFacts, LinesideError } from '@lineside/kit';

/** Codes of the errors of evidence files. */
export const EVIDENCE_ERROR_CODES = ['evidence_missing', 'evidence_damaged'] as const;
export type EvidenceErrorCode = (typeof EVIDENCE_ERROR_CODES)[number];

export class EvidenceError extends LinesideError {
  override readonly name = 'EvidenceError';
  override readonly code: EvidenceErrorCode;

  constructor(facts: ErrorFacts & { readonly code: EvidenceErrorCode }) {
    super(facts);
    this.code = facts.code;
  }
}
