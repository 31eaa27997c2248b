import type { Box } from '@lineside/models/output';
import type { FrameRef } from './frame.ts';

/** A part of a picture that is to be read. */
export interface RegionToRead {
  /** Unique within its request. */
  readonly name: string;
  /** In pixels of the source frame; what lies outside of the frame is left out. */
  readonly box: Box;
  /** Symbologies to look for; no codes are looked for where it is left out. */
  readonly codes?: readonly string[];
  /** Lines of print are to be read. */
  readonly text: boolean;
}

/** Regions of one product in one frame, to be read at the source's own resolution. */
export interface ReadingRequest {
  /** Unique within the rule. */
  readonly id: number;
  readonly rule: string;
  readonly frame: FrameRef;
  readonly regions: readonly RegionToRead[];
}

/** Where something was found: its centre in fractions of its region, and by how many degrees it is turned, clockwise. */
export interface Mark {
  readonly at: readonly [x: number, y: number];
  readonly angle: number;
}

/** A code that was read. */
export interface CodeRead {
  /** As zxing names it: `EAN13`, `Code128`, `DataMatrix` ... */
  readonly symbology: string;
  /** Its content; FNC1 as character 29. */
  readonly text: string;
  readonly mark: Mark;
  /** Difference between its light and dark parts, 0 to 1 (symbol contrast, ISO/IEC 15416, 5.4.3). */
  readonly contrast: number;
  /** The free space beside the code, as a fraction of what its symbology needs; 1 or more is enough. */
  readonly quietZone?: number;
  /** Part of its error correction that was not needed, 0 to 1; absent where the symbology has none. */
  readonly unusedCorrection?: number;
}

/** A line of print that was read. */
export interface LineRead {
  readonly text: string;
  /** 0 to 1. */
  readonly score: number;
  readonly mark: Mark;
}

/** What was read in one region. */
export interface RegionRead {
  readonly name: string;
  /** Something is printed there, whether it could be read or not. */
  readonly printed: boolean;
  readonly codes: readonly CodeRead[];
  readonly lines: readonly LineRead[];
  /** Print was to be read, and no text reader is installed: no line says nothing. */
  readonly noTextReader?: boolean;
}

/** Why nobody read a request. It never means that nothing is printed. */
export const NOT_READ_REASONS = ['queue_full', 'too_late', 'failed', 'vision_down', 'no_reader'] as const;
export type NotReadReason = (typeof NOT_READ_REASONS)[number];

/** What became of a request; each has exactly one answer. */
export type ReadingAnswer = Pick<ReadingRequest, 'id' | 'rule' | 'frame'> &
  (
    | { readonly status: 'read'; readonly regions: readonly RegionRead[]; readonly tookMs: number }
    | { readonly status: 'not_read'; readonly reason: NotReadReason }
  );
