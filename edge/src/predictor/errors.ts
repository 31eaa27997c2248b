import { LinesideError } from '@lineside/kit';

export const PREDICTOR_ERROR_CODES = ['input_unreadable', 'labels_not_accepted', 'no_result'] as const;
export type PredictorErrorCode = (typeof PREDICTOR_ERROR_CODES)[number];

/** A file on which no model can be run, or a model that cannot be run as requested. */
export class PredictorError extends LinesideError {
  override readonly name = 'PredictorError';
  declare readonly code: PredictorErrorCode;

  constructor(code: PredictorErrorCode, message: string, advice: string) {
    super({ code, message, advice });
  }
}
