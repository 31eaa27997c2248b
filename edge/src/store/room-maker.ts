import { mergeRanges, outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';
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
 * much of the chosen stream. The newest record of a stream always stays. Undefined when nothing is left to give.
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
    // From the last number that the collector confirmed: an older tombstone that goes too must be said again.
    const staying =
      tables
        .get(stream)
        ?.tombstones()
        .filter((held) => held.seq > upto) ?? [];
    const known = mergeRanges([...head.sack, ...staying.map(({ body }): SeqRange => [body.from, body.to])]);
    const lost = outsideRanges([head.acked + 1, upto], known);
    // Tombstones take room too: giving up fewer rows than are written would go round for ever.
    if (upto - head.base > lost.length) return { stream, upto, lost };
  }
  return undefined;
}

function portion(head: StreamHead, share: number): number {
  const rows = head.next - 1 - head.base;
  return head.base + Math.max(LEAST_ROWS, Math.ceil(rows * share));
}
