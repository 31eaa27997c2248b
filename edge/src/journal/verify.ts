import { chainNext, outsideRanges, mergeRanges, type SeqRange, STREAMS, type Stream } from '@lineside/protocol/records';
import type Database from 'better-sqlite3';
import { openForReading } from './database.ts';
import { journalError } from './errors.ts';
import { InstanceMark } from './instance-mark.ts';
import { publicKeyBeside } from './device-key.ts';
import { foreignKeys } from './pinned-key.ts';
import { readMeta } from './meta.ts';
import type { Finding, FindingKind, StreamVerdict, Verdict } from './findings.ts';
import { readSignatures } from './signatures.ts';
import { type StoredRecord, type StreamHead, StreamTable, tombstoneBody } from './stream-table.ts';

const CHUNK = 500;
const MOST_FINDINGS = 100;

/**
 * Checks every stream from the base of its chain, on a copy or beside a running service: short reads, no lock. Locates
 * records that were changed, removed, moved or cut off. Tamper-evident, not tamper-proof: a chain that was rewritten
 * completely, with its head, is detected by the signed heads and the mark beside the file as far as these reach. Throws JournalError where it cannot be read.
 */
export function verifyJournal(path: string): Verdict {
  // Read first: what a running service writes meanwhile can only be more.
  const mark = new InstanceMark(path).read();
  const database = openForReading(path);
  try {
    const identity = { device: readMeta(database, 'device') ?? '', epoch: readMeta(database, 'epoch') ?? '' };
    const signed = readSignatures(database, identity);
    const uses = signed.valid.map(({ at, key }) => ({ seq: at, key }));
    const own = publicKeyBeside(path);
    const findings: Finding[] = [...signed.broken, ...foreignKeys(database, uses, own)];
    const marked = mark !== undefined && mark.instance === readMeta(database, 'instance') ? mark.streams : {};
    const streams = STREAMS.map((stream) => {
      const known = { signed: signed.hashes.get(stream) ?? new Map(), reached: (marked[stream]?.next ?? 1) - 1 };
      const walked = new StreamWalk(database, stream, known).verify();
      findings.push(...walked.findings);
      return walked.verdict;
    });
    return { path, ...identity, streams, signatures: signed.verdict, findings };
  } catch (error) {
    throw journalError(error, path, 'cannot verify');
  } finally {
    database.close();
  }
}

/** What is known of a stream from elsewhere than its own rows. */
interface Known {
  /** Hashes that the device's key has signed, by number. */
  readonly signed: ReadonlyMap<number, string>;
  /** Highest number that the mark beside the file names; 0 where it names none. */
  readonly reached: number;
}

class StreamWalk {
  readonly #database: Database.Database;
  readonly #table: StreamTable;
  readonly #findings: Finding[] = [];
  readonly #named: SeqRange[] = [];
  readonly #known: Known;
  #expected = 1;
  /** Chain hash before the expected record; undefined where a finding has made it unknown. */
  #hash: string | undefined;
  #checked = 0;

  constructor(database: Database.Database, stream: Stream, known: Known) {
    this.#database = database;
    this.#table = new StreamTable(database, stream);
    this.#known = known;
  }

  verify(): { readonly verdict: StreamVerdict; readonly findings: readonly Finding[] } {
    const { stream } = this.#table;
    const head = this.#table.head();
    if (head === undefined) {
      // Every journal has all streams from its first transaction on.
      this.#found('truncated', 1, Math.max(1, this.#reached(), this.#table.bounds()?.[1] ?? 0));
      return { verdict: { stream, first: 1, next: 1, checked: 0, head: '', declared: 0 }, findings: this.#findings };
    }
    this.#rebase(head);
    while (this.#expected < head.next) if (!this.#chunk(head.next)) break;
    this.#end(head);
    this.#strangers();
    const { next, declared } = head;
    const verdict = { stream, first: head.base + 1, next, checked: this.#checked, head: head.head, declared };
    return { verdict, findings: this.#findings };
  }

  /** False at the end of what is held. What a running service prunes meanwhile is stepped over by its new base. */
  #chunk(next: number): boolean {
    const { head, rows } = this.#database
      .transaction(() => ({ head: this.#table.head(), rows: this.#table.read(this.#expected, CHUNK) }))
      .deferred();
    if (head !== undefined && head.base >= this.#expected) {
      this.#rebase(head);
      return true;
    }
    for (const row of rows) if (row.seq < next) this.#step(row);
    return rows.length > 0;
  }

  #rebase(head: StreamHead): void {
    this.#expected = head.base + 1;
    this.#hash = head.baseHash;
    const signed = this.#known.signed.get(head.base);
    if (head.base > 0 && signed !== undefined && signed !== head.baseHash) this.#found('unlike_signed', head.base);
  }

  /** Highest number that signatures or the mark name. */
  #reached(): number {
    return Math.max(this.#known.reached, ...this.#known.signed.keys());
  }

  #step(row: StoredRecord): void {
    const stored = row.hash.toString('hex');
    if (row.seq > this.#expected) {
      this.#found('missing', this.#expected, row.seq - 1);
      this.#hash = undefined;
    }
    const labels = numberAndKind(row.json);
    const moved = labels !== undefined && labels.seq !== row.seq;
    if (moved) this.#found('reordered', row.seq);
    else if (labels === undefined || labels.kind !== row.kind) this.#found('changed', row.seq);
    else if (this.#hash !== undefined && chainNext(this.#hash, row.json) !== stored)
      this.#found(this.#blame(row), row.seq);
    else this.#checked += 1;
    if ((this.#known.signed.get(row.seq) ?? stored) !== stored) this.#found('unlike_signed', row.seq);
    if (row.kind === 'tombstone') {
      const body = labels === undefined ? undefined : tombstoneBody(row.json);
      if (body !== undefined) this.#named.push([body.from, body.to]);
    }
    this.#expected = row.seq + 1;
    this.#hash = moved ? undefined : stored;
  }

  /** A record whose successor's hash follows from its stored hash was changed in its text, else in its hash. */
  #blame(row: StoredRecord): FindingKind {
    const after = this.#table.at(row.seq + 1);
    const head = after === undefined ? this.#table.head() : undefined;
    const stored = row.hash.toString('hex');
    const follows =
      after === undefined ? head?.head === stored : chainNext(stored, after.json) === after.hash.toString('hex');
    return follows ? 'changed' : 'rehashed';
  }

  #end(head: StreamHead): void {
    if (this.#expected < head.next) this.#found('truncated', this.#expected, head.next - 1);
    else if (this.#hash !== undefined && this.#hash !== head.head) this.#found('rehashed', head.next - 1);
    const reached = this.#reached();
    if (reached >= head.next) this.#found('truncated', head.next, reached);
    const unsent: SeqRange = [head.acked + 1, head.base];
    if (unsent[1] < unsent[0]) return;
    const named = mergeRanges([...this.#named, ...head.sack]);
    for (const [a, b] of outsideRanges(unsent, named)) this.#found('undeclared', a, b);
  }

  /** Rows under numbers that the stream does not have. */
  #strangers(): void {
    const { head, bounds } = this.#database
      .transaction(() => ({ head: this.#table.head(), bounds: this.#table.bounds() }))
      .deferred();
    if (head === undefined || bounds === undefined) return;
    if (bounds[0] <= head.base) this.#found('added', bounds[0], Math.min(bounds[1], head.base));
    if (bounds[1] >= head.next) this.#found('added', head.next, bounds[1]);
  }

  #found(what: FindingKind, seq: number, to = seq): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ stream: this.#table.stream, what, seq, to });
  }
}

function numberAndKind(json: string): { readonly seq: unknown; readonly kind: unknown } | undefined {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof record !== 'object' || record === null || !('s' in record) || !('k' in record)) return undefined;
  return { seq: record.s, kind: record.k };
}
