import type { CodePicture, Corner } from './picture.ts';

/** A line of print that was recognised. */
export interface FoundLine {
  readonly text: string;
  /** 0 to 1. */
  readonly score: number;
  /** In pixels: top left, top right, bottom right, bottom left as the line is read. */
  readonly corners: readonly [Corner, Corner, Corner, Corner];
}

export interface TextReading {
  /** From top to bottom, then from left to right. */
  readonly lines: readonly FoundLine[];
  /** Time that the models took. */
  readonly tookMs: number;
  /** The pixels of the picture, whose buffer belonged to the reader meanwhile. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** Reads printed text, off the caller's thread. One picture at a time, in the order of the calls. */
export interface TextReader {
  /**
   * All lines of a picture. The buffer of its pixels belongs to the reader until the reading returns it.
   *
   * @throws ReadingError when it could not be read at all; no lines is an empty list.
   */
  readText(picture: CodePicture, signal: AbortSignal): Promise<TextReading>;
  close(): Promise<void>;
}

/** Whether printed text can be read on this device; where it cannot, why, and what to do. */
export type TextReaderState =
  | { readonly state: 'ready'; readonly version: string }
  | { readonly state: 'missing'; readonly message: string; readonly advice: string };
