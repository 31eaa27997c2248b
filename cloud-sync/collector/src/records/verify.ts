import { chainNext, chainStart } from '@lineside/protocol';
import { messageOf } from '@lineside/kit';
import { plainText } from './plain-text.ts';
import { describeProblem } from '../store/signatures.ts';
import type { Finding, SignatureProblem, Span, StreamKey } from '../store/store.ts';

/** A stored stream, as verification reads it. */
export interface StoredJournal extends StreamKey {
  readonly id: number;
  /** How many records were ever stored. */
  readonly stored: number;
  /** What retention took away from its start. */
  readonly retired: Retired | undefined;
}

/** Everything up to `last` was deleted by retention after it had been stored; the chain goes on from `head`. */
export interface Retired {
  readonly last: number;
  readonly head: string;
  /** How many of those numbers had a record. */
  readonly count: number;
}

export interface StoredRow {
  readonly seq: number;
  readonly hash: string;
  readonly kind: string;
  readonly wall_ms: number;
  readonly json: string;
}

/** What a database must tell for its chains to be walked; every call is one short read. */
export interface ChainSource {
  /** What the database says of its own file; undefined when it is sound or does not say. */
  damage(): Promise<string | undefined>;
  journals(): Promise<readonly StoredJournal[]>;
  /** The same journal as it is now: a collector may be at work meanwhile. */
  journal(id: number): Promise<StoredJournal | undefined>;
  rows(journal: number, after: number, limit: number): Promise<readonly StoredRow[]>;
  /** Ranges declared lost that reach into `first..last`, lowest first. */
  declaredIn(journal: number, first: number, last: number): Promise<readonly Span[]>;
  /** True when any of `first..last` is accounted for. */
  accounted(journal: number, first: number, last: number): Promise<boolean>;
  /** Head that a tombstone gives for the range that ends at `last`. */
  headAt(journal: number, last: number): Promise<string | undefined>;
  /** What is wrong with what devices signed. */
  signatureProblems(limit: number): Promise<readonly SignatureProblem[]>;
  /** Highest number accounted for; 0 when none is. */
  highest(journal: number): Promise<number>;
}

const CHUNK = 1000;
const MANY = 10_000;

/** Walks every stored chain from its start, a chunk at a time so that no read holds the database for long. */
export async function* verifyChains(
  source: ChainSource,
): AsyncGenerator<Finding, { records: number; streams: number }> {
  const damage = await source.damage();
  const journals = await source.journals();
  if (damage !== undefined && journals[0] !== undefined) {
    yield finding(journals[0], 'damaged', 0, 0, `the database file is damaged: ${damage}`);
  }
  let records = 0;
  for (const journal of journals) records += yield* verifyJournal(source, journal);
  for (const problem of await source.signatureProblems(MANY)) {
    const { device, epoch, stream, seq } = problem;
    yield { device, epoch, stream, problem: 'signature', first: seq, last: seq, message: describeProblem(problem) };
  }
  return { records, streams: journals.length };
}

async function* verifyJournal(source: ChainSource, journal: StoredJournal): AsyncGenerator<Finding, number> {
  const { retired } = journal;
  let head = retired?.head ?? chainStart(journal.device, journal.epoch, journal.stream);
  let known = true;
  let last = retired?.last ?? 0;
  let count = 0;
  for (;;) {
    const rows = await source.rows(journal.id, last, CHUNK);
    for (const row of rows) {
      if (row.seq > last + 1) {
        yield* explainHole(source, journal, last + 1, row.seq - 1);
        const declared = await source.headAt(journal.id, row.seq - 1);
        known = declared !== undefined;
        head = declared ?? head;
      }
      yield* checkRow(journal, row, known ? head : undefined);
      head = row.hash;
      known = true;
      last = row.seq;
    }
    count += rows.length;
    if (rows.length < CHUNK) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const highest = await source.highest(journal.id);
  if (highest > last) yield* explainHole(source, journal, last + 1, highest);
  const now = (await source.journal(journal.id)) ?? journal;
  // What came in or was retired while we walked may have been counted or not.
  const least = journal.stored - (now.retired?.count ?? 0);
  const most = now.stored - (retired?.count ?? 0);
  if (count < least || count > most) {
    yield finding(journal, 'count', 0, 0, `${count} records are there, ${least} were stored`);
  }
  return count;
}

function* checkRow(journal: StoredJournal, row: StoredRow, head: string | undefined): Generator<Finding> {
  if (head !== undefined && chainNext(head, row.json) !== row.hash) {
    yield finding(journal, 'broken_link', row.seq, row.seq, `record ${row.seq} does not follow from the one before it`);
  }
  const problem = mismatch(row);
  if (problem !== undefined) yield finding(journal, 'changed', row.seq, row.seq, `record ${row.seq}: ${problem}`);
}

/** How a record's columns differ from its JSON, which alone is under the hash. */
function mismatch(row: StoredRow): string | undefined {
  try {
    const record: unknown = JSON.parse(row.json);
    if (typeof record !== 'object' || record === null) return 'its JSON is not an object';
    const { s, k, t } = record as { s?: unknown; k?: unknown; t?: unknown };
    const same = s === row.seq && t === row.wall_ms && typeof k === 'string' && plainText(k) === plainText(row.kind);
    return same ? undefined : 'its columns differ from its JSON';
  } catch (error) {
    return `its JSON cannot be read: ${messageOf(error)}`;
  }
}

/** Numbers without a record must be declared lost, or be known to be missing. */
async function* explainHole(
  source: ChainSource,
  journal: StoredJournal,
  first: number,
  last: number,
): AsyncGenerator<Finding> {
  const declared = await source.declaredIn(journal.id, first, last);
  let next = first;
  for (const range of [...declared, { first: last + 1, last: last + 1 }]) {
    if (range.first > next) yield* explainUndeclared(source, journal, next, Math.min(range.first - 1, last));
    next = Math.max(next, range.last + 1);
    if (next > last) return;
  }
}

async function* explainUndeclared(
  source: ChainSource,
  journal: StoredJournal,
  first: number,
  last: number,
): AsyncGenerator<Finding> {
  const numbers = first === last ? `number ${first}` : `numbers ${first} to ${last}`;
  if (!(await source.accounted(journal.id, first, last))) {
    yield finding(journal, 'gap', first, last, `${numbers} never arrived`);
    return;
  }
  // They may have come, or have been retired, since the records around them were read.
  const [came] = await source.rows(journal.id, first - 1, 1);
  const now = await source.journal(journal.id);
  if ((came !== undefined && came.seq <= last) || (now?.retired?.last ?? 0) >= first) return;
  yield finding(journal, 'missing', first, last, `${numbers} were acknowledged and are not here`);
}

function finding(
  { device, epoch, stream }: StoredJournal,
  problem: Finding['problem'],
  first: number,
  last: number,
  message: string,
): Finding {
  return { device, epoch, stream, problem, first, last, message };
}
