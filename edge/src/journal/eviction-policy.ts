import { mergeRanges, outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';
import type { StreamHeads } from './stream-heads.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';

/** What is given up first when the journal is full, events last. Audit is not given up: new records are refused. */
export const GIVE_UP_ORDER: readonly Stream[] = ['telemetry', 'media', 'events'];
/** What the collector has goes before anything that it has not. */
const DELIVERED_ORDER: readonly Stream[] = ['telemetry', 'media', 'events', 'audit'];

const LEAST_ROWS = 32;
/** At the first try: deleting very many rows at once would hold up the line. */
const MOST_ROWS = 16_384;
const FIRST_SHARE = 1 / 16;

/** What to delete next so that the journal can go on: the oldest of one stream, up to and with `upto`. */
export interface EvictionCandidate {
  readonly stream: Stream;
  readonly upto: number;
  /** Numbers that the collector does not have; empty where all of it was delivered. */
  readonly lost: readonly SeqRange[];
}

type Tables = ReadonlyMap<Stream, StreamTable>;

/**
 * Picks what goes: delivered records first, then the oldest of the least important stream. `share` (0 to 1) says how
 * much of the chosen stream. The newest record of a stream always stays. Undefined when nothing is left to give.
 */
export function chooseCandidate(tables: Tables, heads: StreamHeads, share: number): EvictionCandidate | undefined {
  for (const stream of DELIVERED_ORDER) {
    const delivered = deliveredOf(stream, heads.get(stream), share);
    if (delivered !== undefined) return delivered;
  }
  for (const stream of GIVE_UP_ORDER) {
    const oldest = undeliveredOf(stream, tables.get(stream), heads.get(stream), share);
    if (oldest !== undefined) return oldest;
  }
  return undefined;
}

/** The same within one stream; its undelivered records go only where `mayLose`. */
export function chooseWithin(
  stream: Stream,
  tables: Tables,
  heads: StreamHeads,
  share: number,
  mayLose: boolean,
): EvictionCandidate | undefined {
  const head = heads.get(stream);
  return (
    deliveredOf(stream, head, share) ?? (mayLose ? undeliveredOf(stream, tables.get(stream), head, share) : undefined)
  );
}

function deliveredOf(stream: Stream, head: StreamHead, share: number): EvictionCandidate | undefined {
  const delivered = Math.min(head.acked, head.next - 2);
  if (delivered <= head.base) return undefined;
  return { stream, upto: Math.min(delivered, portion(head, share)), lost: [] };
}

function undeliveredOf(
  stream: Stream,
  table: StreamTable | undefined,
  head: StreamHead,
  share: number,
): EvictionCandidate | undefined {
  const upto = Math.min(portion(head, share), head.next - 2);
  if (upto <= head.base) return undefined;
  // From the last number that the collector confirmed: an older tombstone that goes too must be said again.
  const staying = table?.tombstones().filter((held) => held.seq > upto) ?? [];
  const known = mergeRanges([...head.sack, ...staying.map(({ body }): SeqRange => [body.from, body.to])]);
  const lost = outsideRanges([head.acked + 1, upto], known);
  // Tombstones take room too: giving up fewer rows than are written would go round for ever.
  return upto - head.base > lost.length ? { stream, upto, lost } : undefined;
}

function portion(head: StreamHead, share: number): number {
  const rows = head.next - 1 - head.base;
  const most = MOST_ROWS * Math.max(1, share / FIRST_SHARE);
  return head.base + Math.min(most, Math.max(LEAST_ROWS, Math.ceil(rows * share)));
}
