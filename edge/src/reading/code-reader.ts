import { PictureThread, type PictureThreadOptions } from './picture-thread.ts';
import type { CodePicture, FoundCode, ReadOptions } from './picture.ts';
import type { CodesTask } from './worker-protocol.ts';

export type CodeReaderOptions = PictureThreadOptions;

export interface CodeReading {
  readonly codes: readonly FoundCode[];
  /** Time that the decoder took. */
  readonly tookMs: number;
  /** The pixels of the picture, whose buffer belonged to the thread meanwhile. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * Reads barcodes, Data Matrix and QR codes on a thread of its own, one picture at a time in the order of the calls. The
 * thread starts with the first picture. One that hangs or ends is replaced for the next picture; only its own picture is
 * lost.
 */
export class CodeReader {
  readonly #thread: PictureThread<CodesTask['options'], CodesTask['found']>;

  constructor(options: CodeReaderOptions) {
    this.#thread = new PictureThread({ entry: 'reader-worker', interruptible: true }, options);
  }

  /**
   * All codes of a picture. The buffer of its pixels belongs to the thread until the reading returns it.
   *
   * @throws ReadingError when it could not be read at all; no codes is an empty list.
   */
  async read(picture: CodePicture, options: ReadOptions, signal: AbortSignal): Promise<CodeReading> {
    const { found: codes, ...rest } = await this.#thread.read(picture, options, signal);
    return { codes, ...rest };
  }

  /** Ends the thread; a picture that is being read fails. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
