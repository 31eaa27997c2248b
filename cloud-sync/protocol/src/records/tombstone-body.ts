import { integerFrom, objectReader, textLike, textOf } from './object-reader.ts';
import { SHA256_PATTERN } from './patterns.ts';

/** Body of a record of kind `tombstone` in any stream: numbers `from..to` were given up, and why. */
export interface TombstoneBody {
  from: number;
  to: number;
  count: number;
  reason: string;
  /** Chain hash of the last record given up, so that the chain can be followed across the gap. */
  head: string;
}

/** The body of a tombstone, or undefined where `value` is none. */
export const readTombstoneBody = objectReader<TombstoneBody>(
  {
    from: integerFrom(1),
    to: integerFrom(1),
    count: integerFrom(1),
    reason: textOf(1, 64),
    head: textLike(SHA256_PATTERN),
  },
  {},
);
