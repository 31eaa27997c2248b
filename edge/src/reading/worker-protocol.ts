import type { CodePicture, FoundCode, ReadOptions } from './picture.ts';

export interface ToReader {
  readonly picture: CodePicture;
  readonly options: ReadOptions;
}

export type FromReader =
  | { readonly type: 'ready' }
  | {
      readonly type: 'codes';
      readonly codes: readonly FoundCode[];
      readonly pixels: ArrayBuffer;
      readonly tookMs: number;
    }
  | { readonly type: 'failed'; readonly message: string };
