import type { SeqRange } from '@lineside/protocol';

/** Ranges beyond the watermark that one acknowledgement can name. */
const MAX_SACK = 256;

/** How many of the lowest ranges `watermarkOf` needs. */
export const WATERMARK_RANGES = MAX_SACK + 1;

export interface Watermark {
  /** Everything up to here is stored or declared lost; 0 when number 1 is missing. */
  readonly upto: number;
  /** Ranges beyond `upto` that are stored or declared lost, lowest first. */
  readonly sack: readonly SeqRange[];
}

/** The watermark of a stream whose lowest accounted ranges (disjoint, rising, not touching) are `lowest`. */
export function watermarkOf(lowest: readonly SeqRange[]): Watermark {
  const [first, ...beyond] = lowest;
  if (first === undefined) return { upto: 0, sack: [] };
  return first[0] === 1 ? { upto: first[1], sack: beyond } : { upto: 0, sack: lowest.slice(0, MAX_SACK) };
}
