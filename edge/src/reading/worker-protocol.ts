import type { ReadingErrorCode } from './errors.ts';
import type { CodePicture, FoundCode, ReadOptions } from './picture.ts';
import type { OcrErrorCode, TextLine } from '../ocr/index.ts';

/** What a thread that reads pictures is sent. */
export type ToReader<Options> =
  | { readonly type: 'read'; readonly picture: CodePicture; readonly options: Options }
  /** The thread ends by itself, outside of any native call. */
  | { readonly type: 'close' };

/** What it sends back: once that it is ready, then one answer to each picture. */
export type FromReader<Found> =
  | { readonly type: 'ready' }
  | { readonly type: 'read'; readonly found: Found; readonly pixels: ArrayBuffer; readonly tookMs: number }
  | { readonly type: 'failed'; readonly code?: ReadingErrorCode | OcrErrorCode; readonly message: string };

export type CodesTask = { readonly options: ReadOptions; readonly found: readonly FoundCode[] };
export type TextTask = { readonly options: Readonly<Record<string, never>>; readonly found: readonly TextLine[] };
