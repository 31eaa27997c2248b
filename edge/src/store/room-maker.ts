import { outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';
import type { StreamHead, StreamTable } from './stream-table.ts';

/** What is given up first when the quota is reached; audit last of all. */
export const GIVE_UP_ORDER: readonly Stream[] = ['telemetry', 'media', 'events', 'audit'];

const LEAST_ROWS = 32;

/** What to delete next so that the journal can go on: the oldest of one stream, up to and with `upto`. */
export interface Sacrifice {
  readonly stream: Stream;
  readonly upto: number;
  /** Numbers that the collector does not have; empty where all of it was delivered. */
  readonly lost: readonly SeqRange[];
}

/**
 * Picks what goes: delivered records first, then the oldest of the least important stream. `share` (0 to 1) says how
 * much of the chosen stream. The newest record of a stream always stays, so that a tombstone never replaces only
 * itself. Undefined when nothing is left to give.
 */
export function chooseSacrifice(tables: ReadonlyMap<Stream, StreamTable>, share: number): Sacrifice | undefined {
  const heads = GIVE_UP_ORDER.flatMap((stream) => {
    const head = tables.get(stream)?.head();
    return head === undefined ? [] : [{ stream, head }];
  });
  for (const { stream, head } of heads) {
    const delivered = Math.min(head.acked, head.next - 2);
    if (delivered > head.base) return { stream, upto: Math.min(delivered, portion(head, share)), lost: [] };
  }
  for (const { stream, head } of heads) {
    const upto = Math.min(portion(head, share), head.next - 2);
    if (upto <= head.base) continue;
    // From the last number that the collector confirmed: an older tombstone among these goes too, and with it its news.
    return { stream, upto, lost: outsideRanges([head.acked + 1, upto], head.sack) };
  }
  return undefined;
}

function portion(head: StreamHead, share: number): number {
  const rows = head.next - 1 - head.base;
  return head.base + Math.max(LEAST_ROWS, Math.ceil(rows * share));
}
