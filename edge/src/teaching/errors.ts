import { LinesideError } from '@lineside/kit';

export const TEACHING_ERROR_CODES = [
  'too_few_pieces',
  'pieces_missing',
  'piece_unknown',
  'teaching_unknown',
  'teaching_other',
  'not_taught',
  'no_difference',
  'bundle_exists',
] as const;
export type TeachingErrorCode = (typeof TEACHING_ERROR_CODES)[number];

/** A model cannot be taught, or not as requested. */
export class TeachingError extends LinesideError {
  override readonly name = 'TeachingError';
  declare readonly code: TeachingErrorCode;

  constructor(code: TeachingErrorCode, message: string, advice: string) {
    super({ code, message, advice });
  }
}
