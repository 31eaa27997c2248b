import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import { countInRanges, mergeRanges, outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';
import type { Logger } from '@lineside/kit';
import { isFull } from '../errors.ts';
import type { Entry } from '../journal-types.ts';
import { putRecord } from '../record-writer.ts';
import { StreamTable } from '../stream-table.ts';
import type { Aside } from './quarantine.ts';
import { SalvageSource } from './source.ts';
import type { SalvagedRow } from './sort-rows.ts';

export interface CarriedOver {
  /** In a sentence, for log and page. */
  readonly message: string;
  /** What the new journal must say of it, in its audit stream. */
  readonly records: readonly Entry[];
}

interface StreamOutcome {
  readonly stream: Stream;
  readonly range: SeqRange;
  readonly carried: number;
  readonly unproved: number;
  readonly lost: readonly SeqRange[];
}

/** What matters most first: a disk that is nearly full may not take all of it. */
const ORDER: readonly Stream[] = ['events', 'audit', 'media', 'telemetry'];
const CHUNK = 500;
const MOST_RANGE_TEXT = 800;

/**
 * Writes what the collector lacks of a journal that was set aside into its successor `database`, under new numbers,
 * each record with the number that it had. What cannot be read is named as lost. Delivered records stay where they are.
 */
export function carryOver(aside: Aside, database: Database.Database, device: string, log: Logger): CarriedOver {
  const source = new SalvageSource(aside);
  try {
    const outcomes =
      source.device === undefined || source.device === device
        ? ORDER.map((stream) => carryStream(source, stream, database))
        : [];
    carryEvidence(source, database);
    const message = sentence(aside, outcomes);
    log.error({ folder: aside.folder, epoch: source.epoch, outcomes }, message);
    return { message, records: recordsOf(aside, source.epoch, outcomes) };
  } finally {
    source.close();
  }
}

function carryStream(source: SalvageSource, stream: Stream, database: Database.Database): StreamOutcome {
  const { range, sack } = source.wanted(stream);
  const done: SeqRange[] = [...sack];
  let carried = 0;
  let unproved = 0;
  const put = database.transaction((rows: readonly SalvagedRow[]) => putAll(database, stream, rows, source.epoch));
  let chunk: SalvagedRow[] = [];
  const flush = (): void => {
    put.immediate(chunk);
    carried += chunk.length;
    unproved += chunk.filter((row) => !row.proved).length;
    done.push(...chunk.map((row): SeqRange => [row.seq, row.seq]));
    chunk = [];
  };
  try {
    for (const row of source.undelivered(stream)) {
      // What a tombstone says is said again below, in the words of this start.
      if (row.kind === 'tombstone') continue;
      chunk.push(row);
      if (chunk.length >= CHUNK) flush();
    }
    flush();
  } catch (error) {
    // No room for the rest: it stays where it is and is named.
    if (!isFull(error)) throw error;
  }
  return { stream, range, carried, unproved, lost: outsideRanges(range, mergeRanges(done)) };
}

function putAll(
  database: Database.Database,
  stream: Stream,
  rows: readonly SalvagedRow[],
  epoch: string | undefined,
): void {
  const table = new StreamTable(database, stream);
  let head = table.head();
  if (head === undefined) return;
  for (const { kind, json, seq } of rows) {
    const record: unknown = JSON.parse(json);
    if (typeof record !== 'object' || record === null) continue;
    // Carried over twice: what the collector may have it under is the number before.
    const was = epoch === undefined ? {} : { was: { epoch, s: seq } };
    head = putRecord(table, head, kind, { ...record, ...was });
  }
  table.write(head);
}

/** Pictures keep their table; where it cannot be read, the records that were carried over name them. */
function carryEvidence(source: SalvageSource, database: Database.Database): void {
  const known = source.evidence();
  if (known === undefined) {
    database.exec(`INSERT INTO evidence(sha256, bytes, event, number, wall_ms)
      SELECT json ->> '$.b.sha256', json ->> '$.b.bytes', json ->> '$.b.event', seq, json ->> '$.t'
      FROM record_media WHERE json ->> '$.b.sha256' IS NOT NULL ON CONFLICT DO NOTHING`);
    return;
  }
  const insert = database.prepare(
    'INSERT INTO evidence VALUES (@sha256, @bytes, @event, @number, @wall_ms, @uploaded) ON CONFLICT DO NOTHING',
  );
  database.transaction(() => {
    for (const row of known) insert.run(row);
  })();
}

function recordsOf(aside: Aside, epoch: string | undefined, outcomes: readonly StreamOutcome[]): readonly Entry[] {
  const old = epoch ?? 'unknown';
  const audit = (action: string, details: Readonly<Record<string, string | number>>): Entry => ({
    stream: 'audit',
    kind: 'audit',
    body: { action, who: 'lineside', details },
  });
  const { reason, why } = aside;
  const streams = outcomes.filter(({ range }) => range[1] >= range[0]);
  return [
    audit('journal_set_aside', { reason, why, folder: basename(aside.folder), epoch: old }),
    ...streams.map(({ stream, range: [from, to], carried, unproved, lost }) => {
      const details = { stream, epoch: old, from, to, carried, unproved, lost: countInRanges(lost) };
      return audit('records_carried_over', { ...details, lostRanges: textOf(lost) });
    }),
  ];
}

function sentence({ reason, why, folder }: Aside, outcomes: readonly StreamOutcome[]): string {
  const carried = outcomes.reduce((sum, outcome) => sum + outcome.carried, 0);
  const lost = outcomes.reduce((sum, outcome) => sum + countInRanges(outcome.lost), 0);
  const fate = `${carried} undelivered records go on under a new epoch, ${lost} numbers are declared lost`;
  return `the journal was set aside to ${folder} (${reason}: ${why}); ${fate}`;
}

function textOf(ranges: readonly SeqRange[]): string {
  const text = ranges.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(',');
  return text.length <= MOST_RANGE_TEXT ? text : `${text.slice(0, text.lastIndexOf(',', MOST_RANGE_TEXT))},...`;
}
