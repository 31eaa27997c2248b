import { LinesideError } from '@lineside/kit';

export const READING_ERROR_CODES = ['image_unreadable', 'reading_timeout', 'reading_failed', 'reader_closed'] as const;
export type ReadingErrorCode = (typeof READING_ERROR_CODES)[number];

export const READING_ADVICE: Readonly<Record<ReadingErrorCode, string>> = {
  image_unreadable: 'Name a JPEG, PNG or WebP file of at most 50 megapixels that can be opened in another program.',
  reading_timeout: 'The picture took too long. Read a smaller region, name the symbologies, or use fewer cameras.',
  reading_failed: 'Check that zxing-wasm is installed completely; if the error remains, report it with the picture.',
  reader_closed: 'Nothing to do: the reader was being stopped.',
};

/** Codes of a picture could not be looked for; this never means that there are none. */
export class ReadingError extends LinesideError {
  declare readonly code: ReadingErrorCode;

  constructor(code: ReadingErrorCode, message: string, cause?: unknown) {
    super({ code, message, advice: READING_ADVICE[code], retry: 'later', cause });
  }
}
