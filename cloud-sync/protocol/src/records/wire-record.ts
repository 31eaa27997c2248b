import { entriesOf, integerFrom, numberFrom, objectReader, oneOf, textLike, textOf } from './object-reader.ts';
import { EARLIER_PATTERN, EPOCH_PATTERN, UUID_PATTERN } from './patterns.ts';

/** How far a wall time can be trusted. `suspect`: earlier than a time that has certainly passed. */
export const CLOCK_QUALITIES = ['synced', 'unsynced', 'suspect'] as const;
export type ClockQuality = (typeof CLOCK_QUALITIES)[number];

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * One journal record as it travels and as it is hashed.
 * s: sequence in its stream, from 1, no holes. id: UUIDv7, for display. k: kind. t: wall ms. m: monotonic ms since
 * `boot`. q: clock quality. b: body, whose schema depends on the stream and kind. was: the number that the same record
 * had in an earlier journal of this device, from which it was transferred; the collector may have it from there.
 * was.origin: the epoch in which it was first written, where that is an even earlier journal.
 * was.before: the numbers that it had before `was`, newest first: `epoch:number`, separated by commas, at most 16.
 */
export interface WireRecord {
  s: number;
  id: string;
  k: string;
  t: number;
  m: number;
  q: ClockQuality;
  boot: string;
  b: Record<string, Json>;
  was?: Was | undefined;
}

/** Where a record that was transferred comes from. */
export interface Was {
  epoch: string;
  s: number;
  origin?: string | undefined;
  before?: string | undefined;
}

/** A number that a record had in an earlier journal. */
export interface EarlierNumber {
  readonly epoch: string;
  readonly seq: number;
}

/** Most numbers in `was.before`. */
export const MOST_EARLIER = 16;

/** Every number that a record had in earlier journals, newest first. */
export function earlierNumbers(was: Was | undefined): readonly EarlierNumber[] {
  if (was === undefined) return [];
  const before = (was.before ?? '').split(',').flatMap((text): EarlierNumber[] => {
    const [epoch, seq] = text.split(':');
    return epoch === undefined || seq === undefined ? [] : [{ epoch, seq: Number(seq) }];
  });
  return [{ epoch: was.epoch, seq: was.s }, ...before];
}

/** The text of `was.before`; undefined where there is none. */
export function beforeText(numbers: readonly EarlierNumber[]): string | undefined {
  const kept = numbers.slice(0, MOST_EARLIER).map(({ epoch, seq }) => `${epoch}:${seq}`);
  return kept.length === 0 ? undefined : kept.join(',');
}

const short = textOf(1, 64);

/**
 * The record in `value`, which must be the result of JSON.parse; undefined where it is none. For records that this side
 * has stored; what arrives is checked against the schema.
 */
export const readWireRecord = objectReader<WireRecord>(
  {
    s: integerFrom(1),
    id: textLike(UUID_PATTERN),
    k: short,
    t: integerFrom(Number.MIN_SAFE_INTEGER),
    m: numberFrom(0),
    q: oneOf(CLOCK_QUALITIES),
    boot: short,
    b: readBody,
  },
  {
    was: objectReader<Was>(
      { epoch: textLike(EPOCH_PATTERN), s: integerFrom(1) },
      { origin: textLike(EPOCH_PATTERN), before: textLike(EARLIER_PATTERN) },
    ),
  },
);

function readBody(value: unknown): Record<string, Json> | undefined {
  const entries = entriesOf(value);
  return entries === undefined ? undefined : (Object.fromEntries(entries) as Record<string, Json>);
}
