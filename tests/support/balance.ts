import { openEventReader } from '../../edge/src/events/index.ts';
import { journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import type { CollectorProcess } from './collector-process.ts';
import { waitFor } from './wait-for.ts';

/** What both ends say of one appliance's records, side by side. */
export interface Balance {
  /** Differences in words; none means that the collector holds every record of the journal, bit for bit, once. */
  readonly differences: readonly string[];
  /** Events (incidents, not records) in the journal. */
  readonly events: number;
  readonly records: number;
}

/** Holds the journal in `data` against the collector's store: numbers and chain hashes of every stream. */
export async function balanceOf(collector: CollectorProcess, data: string): Promise<Balance> {
  const verdict = verifyJournal(journalPath(data));
  const there = (await collector.device(verdict.device))?.streams ?? [];
  const differences = verdict.findings.map((finding) => `the journal: ${JSON.stringify(finding)}`);
  let records = 0;
  for (const { stream, next, head } of verdict.streams) {
    const highest = next - 1;
    records += highest;
    if (highest === 0) continue;
    const seen = there.find((row) => row.epoch === verdict.epoch && row.stream === stream);
    const difference = `${stream} 1 to ${highest}: the collector has ${JSON.stringify(seen)}`;
    const complete = seen?.upto === highest && seen.highest === highest && seen.missing === 0;
    // The chain's head depends on every record before it: the same head is the same history.
    if (!complete || seen.stored + seen.declaredLost !== highest || seen.head !== head) differences.push(difference);
  }
  const { items, chainBreaks, conflicts } = await collector.gaps();
  const open = items.filter(({ state }) => state === 'open').length;
  if (open + chainBreaks.length + conflicts.length > 0) {
    differences.push(`${open} open gaps, ${chainBreaks.length} chain breaks, ${conflicts.length} conflicts`);
  }
  return { differences, events: eventsIn(data), records };
}

/** Waits until everything is delivered; where it is not in time, the differences are the failure. */
export async function delivered(collector: CollectorProcess, data: string, withinMs = 60_000): Promise<Balance> {
  let last: Balance | undefined;
  return waitFor(
    'everything to be delivered',
    async () => {
      last = await balanceOf(collector, data);
      if (last.differences.length > 0) throw new Error(last.differences.join('\n'));
      return last;
    },
    { withinMs, everyMs: 300 },
  );
}

function eventsIn(data: string): number {
  const reader = openEventReader(journalPath(data));
  try {
    return [...reader.events()].length;
  } finally {
    reader.close();
  }
}
