import { LinesideError } from '@lineside/kit';

export const MODEL_IMPORT_ERROR_CODES = ['id_invalid', 'input_missing', 'input_not_media'] as const;
export type ModelImportErrorCode = (typeof MODEL_IMPORT_ERROR_CODES)[number];

/** An import was requested in a way that cannot work. A file that cannot be imported is a ModelError instead. */
export class ModelImportError extends LinesideError {
  override readonly name = 'ModelImportError';
  declare readonly code: ModelImportErrorCode;

  constructor(code: ModelImportErrorCode, message: string, advice: string) {
    super({ code, message, advice });
  }
}
