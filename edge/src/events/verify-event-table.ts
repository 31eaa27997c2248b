import { hasDerivedTables, JournalReader, openForReading } from '../journal/index.ts';
import { extendSummary, type StoredSummary, transitionOf } from './event-summary.ts';
import { storedSummary } from './event-table-rows.ts';

/** An event whose row in the table of events does not follow from its records, and the number of its latest record. */
export interface EventTableFinding {
  readonly event: string;
  readonly seq: number;
  readonly what: 'event_differs' | 'event_missing' | 'event_invented';
}

interface Row {
  readonly event: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly transitions: number;
  readonly summary: string;
}

/** Compares the table of events with the records, in one read. Reports nothing where the table is of another version or still being filled. */
export function verifyEventTable(path: string): readonly EventTableFinding[] {
  const database = openForReading(path);
  try {
    return database
      .transaction(() => {
        if (!hasDerivedTables(database)) return [];
        const rows = database
          .prepare<[], Row>('SELECT event, first_seq, last_seq, transitions, summary FROM event_summary')
          .all();
        const filledTo = Math.max(0, ...rows.map(({ last_seq: last }) => last));
        const derived = new Map<string, StoredSummary>();
        for (const { json } of new JournalReader(database).records('events')) {
          const transition = transitionOf(json);
          if (transition === undefined || transition.seq > filledTo) continue;
          const { event } = transition.body;
          derived.set(event, extendSummary(derived.get(event), transition));
        }
        return compare(rows, derived);
      })
      .deferred();
  } finally {
    database.close();
  }
}

function compare(rows: readonly Row[], derived: Map<string, StoredSummary>): readonly EventTableFinding[] {
  const findings: EventTableFinding[] = [];
  for (const row of rows) {
    const expected = derived.get(row.event);
    derived.delete(row.event);
    if (expected === undefined) findings.push({ event: row.event, seq: row.last_seq, what: 'event_invented' });
    else if (textOf(storedSummary(row)) !== textOf(expected))
      findings.push({ event: row.event, seq: expected.summary.latest.seq, what: 'event_differs' });
  }
  for (const [event, { summary }] of derived) findings.push({ event, seq: summary.latest.seq, what: 'event_missing' });
  return findings.toSorted((a, b) => a.seq - b.seq);
}

/** With the keys of every object in one order. */
function textOf(stored: StoredSummary): string {
  return JSON.stringify(stored, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
