import { messageOf } from '@lineside/kit';
import { chainNext, chainStart, mergeRanges, outsideRanges, type SeqRange } from '@lineside/protocol';
import { plainText } from './plain-text.ts';
import { describeProblem, type SignatureProblem } from './signature-problem.ts';
import type { StreamKey } from './stream-key.ts';

/** What verification found wrong; `missing` and `changed` mean that the store is not what was acknowledged. */
export interface Finding extends StreamKey {
  readonly problem: 'changed' | 'missing' | 'broken_link' | 'gap' | 'count' | 'damaged' | 'signature';
  readonly first: number;
  readonly last: number;
  readonly message: string;
}

/** A stored stream, as verification reads it. */
export interface StoredJournal extends StreamKey {
  readonly id: number;
  /** How many records were ever stored. */
  readonly stored: number;
  /** When the first batch of it arrived. */
  readonly firstSeenMs: number;
  /** What retention deleted from its start. */
  readonly retired: Retired | undefined;
}

/** Everything up to `last` was deleted by retention after it had been stored; the chain continues from `head`. */
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

/** What verification reads from a database; every call is one short read. */
export interface ChainSource {
  /** What the database reports about its own file; undefined when it is sound or reports nothing. */
  damage(): Promise<string | undefined>;
  journals(): Promise<readonly StoredJournal[]>;
  /** The same journal as it is now: a collector may be writing at the same time. */
  journal(id: number): Promise<StoredJournal | undefined>;
  rows(journal: number, after: number, limit: number): Promise<readonly StoredRow[]>;
  /** Ranges declared lost that overlap `range`, lowest first. */
  declaredIn(journal: number, range: SeqRange): Promise<readonly SeqRange[]>;
  /** True when any number of `range` is stored or declared. */
  accounted(journal: number, range: SeqRange): Promise<boolean>;
  /** Head that a tombstone gives for the range that ends at `last`. */
  headAt(journal: number, last: number): Promise<string | undefined>;
  /** Problems of the latest signatures. */
  signatureProblems(limit: number): Promise<readonly SignatureProblem[]>;
  /** Highest number that is stored or declared; 0 when there is none. */
  highest(journal: number): Promise<number>;
}

const CHUNK = 1000;
const MANY = 10_000;

/** Follows every stored chain from its start, in chunks so that no read holds the database for long; yields findings. */
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
        yield* explainMissing(source, journal, last + 1, row.seq - 1);
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
  if (highest > last) yield* explainMissing(source, journal, last + 1, highest);
  const now = (await source.journal(journal.id)) ?? journal;
  // Records that arrived or were retired during the verification may have been counted or not.
  const least = journal.stored - (now.retired?.count ?? 0);
  const most = now.stored - (retired?.count ?? 0);
  if (count < least || count > most) {
    yield finding(journal, 'count', 0, 0, `${count} records are stored, ${least} are expected`);
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

/** How a record's columns differ from its JSON, which is all that the hash covers. */
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

/** Numbers without a record must be declared lost or known to be missing. */
async function* explainMissing(
  source: ChainSource,
  journal: StoredJournal,
  first: number,
  last: number,
): AsyncGenerator<Finding> {
  const declared = await source.declaredIn(journal.id, [first, last]);
  for (const [from, to] of outsideRanges([first, last], mergeRanges(declared))) {
    yield* explainUndeclared(source, journal, from, to);
  }
}

async function* explainUndeclared(
  source: ChainSource,
  journal: StoredJournal,
  first: number,
  last: number,
): AsyncGenerator<Finding> {
  const numbers = first === last ? `number ${first}` : `numbers ${first} to ${last}`;
  if (!(await source.accounted(journal.id, [first, last]))) {
    yield finding(journal, 'gap', first, last, `${numbers} never arrived`);
    return;
  }
  // They may have arrived, or have been retired, since the records around them were read.
  const [came] = await source.rows(journal.id, first - 1, 1);
  const now = await source.journal(journal.id);
  if ((came !== undefined && came.seq <= last) || (now?.retired?.last ?? 0) >= first) return;
  yield finding(journal, 'missing', first, last, `${numbers} were acknowledged and are not stored`);
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

export interface VerifyResult {
  readonly records: number;
  readonly streams: number;
  readonly findings: readonly Finding[];
}

/** Verifies every chain and collects the findings. */
export async function verifyAll(source: ChainSource): Promise<VerifyResult> {
  const findings: Finding[] = [];
  const walk = verifyChains(source);
  for (let step = await walk.next(); ; step = await walk.next()) {
    if (step.done === true) return { ...step.value, findings };
    findings.push(step.value);
  }
}
