import { labelsOf, type Labels } from './stream-reading.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';
import type { TimeLabel } from './time-label.ts';

/**
 * The highest number up to which everything is delivered and older than `keepMs`; the stream's base where nothing is.
 * Looks at no more than `most` records. Age is monotonic within this boot; over boots it is wall time, and under
 * a suspect clock nothing ages.
 */
export function deliveredBefore(
  table: StreamTable,
  head: StreamHead,
  keepMs: number,
  now: TimeLabel & { readonly boot: string },
  most: number,
): number {
  const last = Math.min(head.acked, head.base + most);
  let upto = head.base;
  while (upto < last) {
    const rows = table.read(upto + 1, Math.min(256, last - upto));
    if (rows.length === 0) return upto;
    for (const row of rows) {
      if (ageOf(labelsOf(row), now) < keepMs) return upto;
      upto = row.seq;
    }
  }
  return upto;
}

function ageOf(labels: Labels, now: TimeLabel & { readonly boot: string }): number {
  if (labels.boot === now.boot) return now.m - labels.m;
  return now.q === 'suspect' ? Number.NEGATIVE_INFINITY : now.t - labels.t;
}
