import type { Symbology } from '../codes/index.ts';

/** Pixels to read codes from, row by row without gaps. */
export interface CodePicture {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: RGB. */
  readonly channels: 1 | 3;
  /** `width * height * channels` values of 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** A corner, in pixels of the picture. */
export type Corner = readonly [x: number, y: number];

/** A code that was decoded. */
export interface FoundCode {
  /** As zxing names it: `EAN13`, `Code128`, `DataMatrix` ... */
  readonly symbology: SymbologyName;
  /** Its content; FNC1 of a GS1 code as character 29. */
  readonly text: string;
  /** Begins with an FNC1: its content is a GS1 element string. */
  readonly gs1: boolean;
  /** Top left, top right, bottom right, bottom left as the code is printed. */
  readonly corners: readonly [Corner, Corner, Corner, Corner];
  /** Degrees by which it is turned, clockwise. */
  readonly rotation: number;
  /** Difference between its light and dark parts, 0 to 1 (symbol contrast, ISO/IEC 15416, 5.4.3). */
  readonly contrast: number;
  /** Columns and rows, of a code of two dimensions. */
  readonly modules?: readonly [columns: number, rows: number];
  /** Part of its error correction that was not needed to read it, 0 to 1 (ISO/IEC 15415, 7.8.8). */
  readonly unusedCorrection?: number;
}

/** What zxing reports; of a family such as DataBar it names the member. */
export type SymbologyName = string;

export interface ReadOptions {
  /** Symbologies that are looked for; the fewer, the faster. Default: all. */
  readonly symbologies?: readonly Symbology[];
  /** Most codes in one picture. Default: 8. */
  readonly most?: number;
  /** Looks once more, in even light and sharpened, where no code is found. Default: true. */
  readonly secondLook?: boolean;
}
