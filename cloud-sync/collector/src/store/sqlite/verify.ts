import type Database from 'better-sqlite3';
import { chainNext, chainStart, type Stream } from '@lineside/protocol';
import { messageOf } from '../../errors.ts';
import type { Finding, Span, StreamKey } from '../store.ts';

interface Journal extends StreamKey {
  readonly id: number;
  readonly stored: number;
}

interface Row {
  readonly seq: number;
  readonly hash: string;
  readonly kind: string;
  readonly wall_ms: number;
  readonly json: string;
}

const CHUNK = 1000;

/** Walks every stored chain from its start, a chunk at a time so that no read pins the write-ahead log. */
export async function* verifyChains(
  db: Database.Database,
): AsyncGenerator<Finding, { records: number; streams: number }> {
  const [integrity] = db.pragma('quick_check(1)') as [{ quick_check: string }];
  const journals = db.prepare<[], Journal>('select id, device, epoch, stream, stored from journals order by id').all();
  if (integrity.quick_check !== 'ok' && journals[0] !== undefined) {
    yield finding(journals[0], 'damaged', 0, 0, `the database file is damaged: ${integrity.quick_check}`);
  }
  let records = 0;
  for (const journal of journals) records += yield* verifyJournal(db, journal);
  return { records, streams: journals.length };
}

async function* verifyJournal(db: Database.Database, journal: Journal): AsyncGenerator<Finding, number> {
  const chunk = db.prepare<[number, number, number], Row>(
    'select seq, hash, kind, wall_ms, json from records where journal = ? and seq > ? order by seq limit ?',
  );
  let head: string | undefined = chainStart(journal.device, journal.epoch, journal.stream);
  let last = 0;
  let count = 0;
  for (;;) {
    const rows: Row[] = chunk.all(journal.id, last, CHUNK);
    for (const row of rows) {
      if (row.seq > last + 1) {
        yield* explainHole(db, journal, last + 1, row.seq - 1);
        head = headAfterHole(db, journal, row.seq - 1);
      }
      yield* checkRow(journal, row, head);
      head = row.hash;
      last = row.seq;
    }
    count += rows.length;
    if (rows.length < CHUNK) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield* checkTail(db, journal, last);
  if (count !== journal.stored) {
    yield finding(journal, 'count', 0, 0, `${count} records are there, ${journal.stored} were stored`);
  }
  return count;
}

function* checkRow(journal: Journal, row: Row, head: string | undefined): Generator<Finding> {
  if (head !== undefined && chainNext(head, row.json) !== row.hash) {
    yield finding(journal, 'broken_link', row.seq, row.seq, `record ${row.seq} does not follow from the one before it`);
  }
  const problem = mismatch(row);
  if (problem !== undefined) yield finding(journal, 'changed', row.seq, row.seq, `record ${row.seq}: ${problem}`);
}

/** How a record's columns differ from its JSON, which alone is under the hash. */
function mismatch(row: Row): string | undefined {
  try {
    const record: unknown = JSON.parse(row.json);
    if (typeof record !== 'object' || record === null) return 'its JSON is not an object';
    const { s, k, t } = record as { s?: unknown; k?: unknown; t?: unknown };
    return s === row.seq && k === row.kind && t === row.wall_ms ? undefined : 'its columns differ from its JSON';
  } catch (error) {
    return `its JSON cannot be read: ${messageOf(error)}`;
  }
}

/** Numbers without a record must be declared lost, or be known to be missing. */
function* explainHole(db: Database.Database, journal: Journal, first: number, last: number): Generator<Finding> {
  const declared = db
    .prepare<[number, number, number], Span>(
      'select first, last from declared where journal = ? and first <= ? and last >= ? order by first',
    )
    .all(journal.id, last, first);
  let next = first;
  for (const range of [...declared, { first: last + 1, last: last + 1 }]) {
    if (range.first > next) yield* explainUndeclared(db, journal, next, Math.min(range.first - 1, last));
    next = Math.max(next, range.last + 1);
    if (next > last) return;
  }
}

function* explainUndeclared(db: Database.Database, journal: Journal, first: number, last: number): Generator<Finding> {
  const accounted = db
    .prepare<[number, number, number], Span>(
      'select first, last from spans where journal = ? and first <= ? and last >= ? order by first',
    )
    .all(journal.id, last, first);
  if (accounted.length === 0) {
    yield finding(journal, 'gap', first, last, `${range(first, last)} never arrived`);
    return;
  }
  yield finding(journal, 'missing', first, last, `${range(first, last)} were acknowledged and are not here`);
}

function headAfterHole(db: Database.Database, journal: Journal, last: number): string | undefined {
  return db
    .prepare<[number, number], { head: string }>(
      'select head from declared where journal = ? and last = ? order by tombstone desc limit 1',
    )
    .get(journal.id, last)?.head;
}

function* checkTail(db: Database.Database, journal: Journal, last: number): Generator<Finding> {
  const { highest } = db
    .prepare<[number], { highest: number | null }>('select max(last) as highest from spans where journal = ?')
    .get(journal.id) ?? { highest: null };
  if (highest !== null && highest > last) yield* explainHole(db, journal, last + 1, highest);
}

function range(first: number, last: number): string {
  return first === last ? `number ${first}` : `numbers ${first} to ${last}`;
}

function finding(journal: Journal, problem: Finding['problem'], first: number, last: number, message: string): Finding {
  const { device, epoch } = journal;
  return { device, epoch, stream: journal.stream satisfies Stream, problem, first, last, message };
}
