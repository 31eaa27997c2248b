import { mergeRanges, outsideRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import type { StreamHeads } from './stream-heads.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';

/** Streams in the order of eviction when the journal is full, events last. Audit is not evicted: it refuses new records. */
export const EVICTION_ORDER: readonly Stream[] = ['telemetry', 'media', 'events'];
/** Delivered records are evicted before any undelivered one. */
const DELIVERED_ORDER: readonly Stream[] = ['telemetry', 'media', 'events', 'audit'];

const LEAST_ROWS = 32;
/** At the first try: deleting very many rows at once would delay the line. */
const MOST_ROWS = 16_384;
const FIRST_FRACTION = 1 / 16;

/** What to delete next so that the journal can go on: the oldest records of one stream, up to and including `upto`. */
export interface EvictionCandidate {
  readonly stream: Stream;
  readonly upto: number;
  /** Numbers that the collector does not have; empty where all of it was delivered. */
  readonly lost: readonly SeqRange[];
}

type Tables = ReadonlyMap<Stream, StreamTable>;

/**
 * Chooses delivered records first, then the oldest of the least important stream. `fraction` (0 to 1): how much of the
 * chosen stream. The newest record of a stream always stays. Undefined when nothing can be evicted.
 */
export function chooseCandidate(tables: Tables, heads: StreamHeads, fraction: number): EvictionCandidate | undefined {
  for (const stream of DELIVERED_ORDER) {
    const delivered = deliveredOf(stream, heads.get(stream), fraction);
    if (delivered !== undefined) return delivered;
  }
  for (const stream of EVICTION_ORDER) {
    const oldest = undeliveredOf(stream, tables.get(stream), heads.get(stream), fraction);
    if (oldest !== undefined) return oldest;
  }
  return undefined;
}

/** The same within one stream; its undelivered records are chosen only where `mayLose`. */
export function chooseWithin(
  stream: Stream,
  tables: Tables,
  heads: StreamHeads,
  fraction: number,
  mayLose: boolean,
): EvictionCandidate | undefined {
  const head = heads.get(stream);
  return (
    deliveredOf(stream, head, fraction) ??
    (mayLose ? undeliveredOf(stream, tables.get(stream), head, fraction) : undefined)
  );
}

function deliveredOf(stream: Stream, head: StreamHead, fraction: number): EvictionCandidate | undefined {
  const delivered = Math.min(head.acked, head.next - 2);
  if (delivered <= head.base) return undefined;
  return { stream, upto: Math.min(delivered, portion(head, fraction)), lost: [] };
}

function undeliveredOf(
  stream: Stream,
  table: StreamTable | undefined,
  head: StreamHead,
  fraction: number,
): EvictionCandidate | undefined {
  const upto = Math.min(portion(head, fraction), head.next - 2);
  if (upto <= head.base) return undefined;
  // From the last number that the collector confirmed: what an evicted tombstone declares must be declared again.
  const staying = table?.tombstones().filter((held) => held.seq > upto) ?? [];
  const known = mergeRanges([...head.sack, ...staying.map(({ body }): SeqRange => [body.from, body.to])]);
  const lost = outsideRanges([head.acked + 1, upto], known);
  // Tombstones take space too: evicting fewer rows than are written would never end.
  return upto - head.base > lost.length ? { stream, upto, lost } : undefined;
}

function portion(head: StreamHead, fraction: number): number {
  const rows = head.next - 1 - head.base;
  const most = MOST_ROWS * Math.max(1, fraction / FIRST_FRACTION);
  return head.base + Math.min(most, Math.max(LEAST_ROWS, Math.ceil(rows * fraction)));
}
