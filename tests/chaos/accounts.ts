import { countInRanges, mergeRanges, outsideRanges, type SeqRange, STREAMS } from '@lineside/protocol';
import { openJournalReader, verifyJournal } from '../../edge/src/journal/index.ts';
import type { Books } from './books.ts';

/** Where every number of a journal is. */
export interface Accounts {
  /** Numbers that the journal ever gave. */
  readonly generated: number;
  /** Rows at the collector. */
  readonly committed: number;
  /** In the journal, not confirmed and not at the collector. */
  readonly queued: number;
  /** Named by a tombstone, at the collector or still in the journal. */
  readonly declaredLost: number;
  /** None of these: lost without a word. */
  readonly unexplained: number;
  /** Rows at the collector that hold what another row holds already. */
  readonly doubleRows: number;
  /** What else is wrong with either end, in words: broken chains, histories that differ. */
  readonly findings: readonly string[];
}

/** Numbers that the device was given, the highest by stream; kept outside of both ends. */
export type Promised = ReadonlyMap<string, number>;

/**
 * Holds the journal at `path` against the collector's books. `promised` is what the process that wrote the journal
 * reported to the outside: a number beyond the journal's end is a record that was promised and is missing.
 */
export async function account(path: string, books: Books, promised: Promised = new Map()): Promise<Accounts> {
  const verdict = verifyJournal(path);
  const findings = verdict.findings.map((finding) => `journal: ${JSON.stringify(finding)}`);
  const there = await books.streams();
  const epochs = new Set(there.filter(({ device }) => device === verdict.device).map(({ epoch }) => epoch));
  if (epochs.size > 1) findings.push(`${epochs.size} journals of ${verdict.device} where there should be one`);
  const sum = { generated: 0, committed: 0, queued: 0, declaredLost: 0, unexplained: 0 };
  const reader = openJournalReader(path);
  try {
    const stats = reader.stats();
    for (const stream of STREAMS) {
      const here = stats[stream];
      if (here === undefined) continue;
      const row = there.find((one) => one.epoch === verdict.epoch && one.stream === stream);
      const highest = here.next - 1;
      const spans = row?.spans ?? [];
      const waiting: SeqRange = [Math.max(here.first, here.acked + 1), highest];
      const queued = outsideRanges(waiting, spans);
      const named = reader.losses(stream, Number.MAX_SAFE_INTEGER).map(({ from, to }): SeqRange => [from, to]);
      const explained = mergeRanges([...spans, ...queued, ...named]);
      const lost = outsideRanges([1, highest], explained);
      const atCollector = countInRanges(spans) - (row?.stored ?? 0);
      const only = named.flatMap((range) => outsideRanges(range, mergeRanges([...spans, ...queued])));
      sum.generated += highest;
      sum.committed += row?.stored ?? 0;
      sum.queued += countInRanges(queued);
      sum.declaredLost += atCollector + countInRanges(mergeRanges(only));
      sum.unexplained += countInRanges(lost) + Math.max(0, (promised.get(stream) ?? 0) - highest);
      if (lost.length > 0) findings.push(`${stream}: ${JSON.stringify(lost.slice(0, 5))} are unexplained`);
      const end = verdict.streams.find((one) => one.stream === stream)?.head;
      if (row?.last === highest && row.head !== end) findings.push(`${stream}: another history at the collector`);
    }
  } finally {
    reader.close();
  }
  for (const trouble of await books.troubles()) findings.push(`collector: ${trouble}`);
  return { ...sum, doubleRows: await books.doubleRows(), findings };
}
