import type { DeclaredLoss, JournalBatch, StreamStats } from './journal-types.ts';
import { firstQueued, type StoredRecord, type StreamHead, type StreamTable } from './stream-table.ts';
import { countInRanges } from '@lineside/protocol/records';
import { DELIVERED_AND_PRUNED } from './tombstones.ts';

/** Consecutive records from `from`, or from the lowest held above it; undefined where there is none. */
export function readBatch(
  table: StreamTable,
  head: StreamHead,
  from: number,
  limit: number,
  maxBytes: number,
): JournalBatch | undefined {
  const start = Math.max(from, head.base + 1);
  const taken: StoredRecord[] = [];
  let bytes = 0;
  for (const row of table.read(start, limit)) {
    bytes += Buffer.byteLength(row.json) + 1;
    if (row.seq !== start + taken.length || (taken.length > 0 && bytes > maxBytes)) break;
    taken.push(row);
  }
  const last = taken.at(-1);
  if (last === undefined) return undefined;
  const prev = start === head.base + 1 ? head.baseHash : table.at(start - 1)?.hash.toString('hex');
  if (prev === undefined) return undefined;
  return { from: start, to: last.seq, prev, head: last.hash.toString('hex'), records: taken.map((row) => row.json) };
}

/** Figures of one stream. `oldestMs`: wall ms of the record under a number. */
export function statsOf(head: StreamHead, oldestMs: (seq: number) => number | undefined): StreamStats {
  const confirmed = Math.max(head.acked, head.base);
  const beyond = head.sack.filter(([, b]) => b > confirmed);
  const queuedFrom = firstQueued(head);
  const oldest = queuedFrom < head.next ? oldestMs(queuedFrom) : undefined;
  return {
    first: head.base + 1,
    next: head.next,
    acked: head.acked,
    queued: head.next - 1 - confirmed - countInRanges(beyond.map(([a, b]) => [Math.max(a, confirmed + 1), b])),
    ...(oldest === undefined ? {} : { oldestQueuedWallMs: oldest }),
    declared: head.declared,
    bytes: head.bytes,
  };
}

/** The newest declarations of loss, newest first; what was delivered and is only no longer kept is none. */
export function lossesOf(table: StreamTable, most: number): readonly DeclaredLoss[] {
  const lost = table.tombstones().filter(({ body }) => body.reason !== DELIVERED_AND_PRUNED);
  return lost
    .slice(-most)
    .toReversed()
    .map(({ body: { from, to, reason } }) => ({ from, to, reason }));
}

/** Wall ms of the record under `seq`; undefined where it is not held. */
export function wallMsAt(table: StreamTable, seq: number): number | undefined {
  const row = table.at(seq);
  return row === undefined ? undefined : labelsOf(row).t;
}

export interface Labels {
  readonly t: number;
  readonly m: number;
  readonly boot: string;
}

/** The time labels of a stored record; zeros where its text is damaged. */
export function labelsOf(row: StoredRecord): Labels {
  const record: unknown = JSON.parse(row.json);
  if (typeof record !== 'object' || record === null) return { t: 0, m: 0, boot: '' };
  return {
    t: 't' in record && typeof record.t === 'number' ? record.t : 0,
    m: 'm' in record && typeof record.m === 'number' ? record.m : 0,
    boot: 'boot' in record && typeof record.boot === 'string' ? record.boot : '',
  };
}
