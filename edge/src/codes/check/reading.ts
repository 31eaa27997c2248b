/** Where something was found: its centre in fractions of its region, and by how many degrees it is turned, clockwise. */
export interface ReadMark {
  readonly at: readonly [x: number, y: number];
  readonly angle: number;
}

/** A code that was decoded in a region of a pack. */
export interface ReadCode {
  /** As zxing names it: `EAN13`, `Code128`, `DataMatrix` ... */
  readonly symbology: string;
  /** Its content; FNC1 as character 29. */
  readonly text: string;
  readonly mark?: ReadMark;
}

/** A line of print that was recognised in a region of a pack. */
export interface ReadLine {
  readonly text: string;
  /** 0 to 1. */
  readonly score: number;
  readonly mark?: ReadMark;
}

/** What one frame shows of one region of a pack. */
export interface RegionReading {
  /** Something is printed there, whether it could be read or not. */
  readonly printed: boolean;
  readonly codes: readonly ReadCode[];
  readonly lines: readonly ReadLine[];
}

/** Unreadable: something is printed there that cannot be read. Missing: nothing is printed there. */
export type Verdict = 'good' | 'wrong' | 'unreadable' | 'missing';
