import type { Clock } from '@lineside/kit';
import { OCR_PACKAGE, ocrFiles, OcrError } from '../ocr/index.ts';
import { PictureThread } from './picture-thread.ts';
import type { CodePicture } from './picture.ts';
import type { TextReader, TextReaderState, TextReading } from './text-reader.ts';
import type { TextTask } from './worker-protocol.ts';

export interface OcrReaderOptions {
  readonly clock: Clock;
  /** A picture that takes longer is given up. Default: 10 s. */
  readonly deadlineMs?: number;
}

/**
 * Reads printed text with the PP-OCR models on a thread of its own. The thread starts with the first picture, and loads
 * the models then. The picture should be the region in which the text is printed: time grows with its size.
 */
export class OcrReader implements TextReader {
  readonly #thread: PictureThread<TextTask['options'], TextTask['found']>;

  constructor(options: OcrReaderOptions) {
    this.#thread = new PictureThread({ entry: 'text-worker', interruptible: false }, options);
  }

  /**
   * All lines of a picture, those included that are seen and cannot be read: their text is empty. The buffer of its
   * pixels belongs to the thread until the reading returns it.
   *
   * @throws OcrError without the models, ReadingError when the picture could not be read at all; no lines is an empty list.
   */
  async readText(picture: CodePicture, signal: AbortSignal): Promise<TextReading> {
    const { found: lines, ...rest } = await this.#thread.read(picture, {}, signal);
    return { lines, ...rest };
  }

  /** Waits for the picture that is being read, and ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}

/** Whether printed text can be read on this device: the models are there, and are those that were tried. */
export async function textReaderState(): Promise<TextReaderState> {
  try {
    await ocrFiles();
    return { state: 'ready', version: `${OCR_PACKAGE.name} ${OCR_PACKAGE.version}` };
  } catch (error) {
    if (!(error instanceof OcrError)) throw error;
    return { state: 'missing', message: error.message, advice: error.advice };
  }
}
