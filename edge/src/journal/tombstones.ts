import { mergeRanges, outsideRanges, type SeqRange, type TombstoneBody } from '@lineside/protocol/records';
import type { StreamHead, StreamTable } from './stream-table.ts';

/** Reason of a tombstone for numbers that the collector had confirmed, written when it asked for them again. */
export const DELIVERED_AND_PRUNED = 'delivered_and_pruned';

/**
 * Bodies that name `lost`, of which everything up to `upto` is about to be deleted. Each carries the chain hash of its
 * last number; where that hash is no longer known the ranges are named as one, up to `upto`.
 */
export function declareLost(
  table: StreamTable,
  head: StreamHead,
  lost: readonly SeqRange[],
  upto: number,
  reason: string,
): readonly TombstoneBody[] {
  const bodies = lost.map(([a, b]) => bodyFor(a, b, reason, hashAt(table, head, b)));
  const whole = bodies.every((body) => body !== undefined);
  if (whole) return bodies;
  const first = lost[0]?.[0] ?? head.acked + 1;
  const body = bodyFor(first, upto, reason, hashAt(table, head, upto));
  return body === undefined ? [] : [body];
}

/**
 * What declares the numbers of `range` that are no longer held: existing tombstones, and bodies still to be written for
 * numbers that were delivered and pruned.
 */
export function declareGone(
  table: StreamTable,
  head: StreamHead,
  range: SeqRange,
): { readonly seqs: readonly number[]; readonly missing: readonly TombstoneBody[] } {
  const gone: SeqRange = [range[0], Math.min(range[1], head.base)];
  if (gone[1] < gone[0]) return { seqs: [], missing: [] };
  const speaking = table.tombstones().filter((held) => held.body.from <= gone[1] && held.body.to >= gone[0]);
  const unspoken = outsideRanges(gone, mergeRanges(speaking.map(({ body }): SeqRange => [body.from, body.to])));
  const first = unspoken[0]?.[0];
  const seqs = speaking.map((held) => held.seq);
  // Hashes of pruned records are not kept one by one: the declaration reaches up to the base, whose hash is.
  const body = first === undefined ? undefined : bodyFor(first, head.base, DELIVERED_AND_PRUNED, head.baseHash);
  return { seqs, missing: body === undefined ? [] : [body] };
}

function bodyFor(from: number, to: number, reason: string, hash: string | undefined): TombstoneBody | undefined {
  return hash === undefined ? undefined : { from, to, count: to - from + 1, reason, head: hash };
}

function hashAt(table: StreamTable, head: StreamHead, seq: number): string | undefined {
  if (seq === head.base) return head.baseHash;
  const row = table.at(seq);
  if (row !== undefined) return row.hash.toString('hex');
  return table.tombstones().find((held) => held.body.to === seq)?.body.head;
}
