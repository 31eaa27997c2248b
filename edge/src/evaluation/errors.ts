import { LinesideError } from '@lineside/kit';

export const EVALUATION_ADVICE = {
  set_missing: 'name the folder of the labelled images',
  set_form: 'name its form with --format: yolo (images/ and labels/), folders (one per class), mask',
  names_missing: 'give the names of the classes, in the order of their numbers, with --names a,b,c',
  label_malformed:
    'a line is CLASS CX CY W H or CLASS X1 Y1 X2 Y2 X3 Y3 ..., all but the class as fractions of the picture',
  labels_unmatched: 'map labels of the set to labels of the model with --map SET=MODEL',
} as const;
export type EvaluationErrorCode = keyof typeof EVALUATION_ADVICE;

/** A labelled set that cannot be read, or that does not suit this model. */
export class EvaluationError extends LinesideError {
  override readonly name = 'EvaluationError';
  declare readonly code: EvaluationErrorCode;

  constructor(code: EvaluationErrorCode, message: string, advice?: string) {
    super({ code, message, advice: advice ?? EVALUATION_ADVICE[code] });
  }
}

/** A prediction that cannot be explained: there is none. */
export class ExplanationError extends LinesideError {
  override readonly name = 'ExplanationError';

  constructor(code: 'nothing_found' | 'no_result', message: string, advice: string) {
    super({ code, message, advice });
  }
}

/** A benchmark that gave no figures. */
export class BenchmarkError extends LinesideError {
  override readonly name = 'BenchmarkError';

  constructor(code: 'no_result', message: string, advice: string) {
    super({ code, message, advice });
  }
}
