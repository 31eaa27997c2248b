import { outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';
import { plainText, streamName, type ChainSource, type StoredJournal, type StoredSummary } from '../records/index.ts';
import { derive, type Derived } from './derive.ts';
import type { BookFinding, DerivedSource, DerivedTables } from './derived-source.ts';

export interface VerifyOptions {
  readonly chains: ChainSource;
  readonly derived: DerivedSource;
  /** How long the configuration keeps records, ms by stream; a stream that is not named is kept for ever. */
  readonly keepMs: Readonly<Partial<Record<Stream, number>>>;
  /** Waits once before anything is called missing that may still be on its way from a running device. */
  readonly settle: () => Promise<void>;
}

const PAGE = 500;

/** Compares every derived table with what the records say, and the ends of the streams with what devices signed. */
export async function verifyStore(options: VerifyOptions): Promise<readonly BookFinding[]> {
  const first = await compareAll(options);
  if (first.length === 0) return first;
  // Records may have arrived between two reads: what is wrong is wrong a second time too.
  await options.settle();
  const names = new Set(first.map(nameOf));
  return (await compareAll(options)).filter((finding) => names.has(nameOf(finding)));
}

function nameOf({ device, epoch, stream, problem, first, last, message }: BookFinding): string {
  return JSON.stringify([device, epoch, stream, problem, first, last, message]);
}

async function compareAll(options: VerifyOptions): Promise<readonly BookFinding[]> {
  const derived = await derive(options.chains);
  const comparison = new Comparison(options, derived);
  return comparison.run();
}

class Comparison {
  readonly #options: VerifyOptions;
  readonly #derived: Derived;
  readonly #journals: ReadonlyMap<number, StoredJournal>;
  readonly #findings: BookFinding[] = [];

  constructor(options: VerifyOptions, derived: Derived) {
    this.#options = options;
    this.#derived = derived;
    this.#journals = new Map(derived.journals.map((journal) => [journal.id, journal]));
  }

  async run(): Promise<readonly BookFinding[]> {
    await this.#retired();
    await this.#signedHeads();
    await this.#ends();
    await this.#declared();
    await this.#losses();
    await this.#transferred();
    await this.#events();
    await this.#media();
    return this.#findings;
  }

  /** Retention deletes only what the configuration names, and nothing before its age. */
  async #retired(): Promise<void> {
    for (const { journal: id, last, at_ms: atMs } of await this.#options.derived.rows('retired')) {
      const journal = this.#journals.get(id);
      if (journal === undefined) continue;
      const keepMs = this.#options.keepMs[journal.stream];
      const [oldest] = await this.#options.chains.rows(id, last, 1);
      if (keepMs === undefined) {
        const what = 'count as deleted by retention, which the configuration does not have for this stream';
        this.#found(journal, 'retired', 1, last, `numbers 1 to ${last} ${what}`);
      } else if (oldest !== undefined && oldest.seq <= last) {
        this.#found(journal, 'retired', oldest.seq, last, `number ${oldest.seq} counts as deleted and is stored`);
      } else if (atMs - keepMs < this.#firstSeenMs(journal)) {
        this.#found(journal, 'retired', 1, last, `numbers 1 to ${last} count as deleted before they were old enough`);
      }
    }
  }

  #firstSeenMs(journal: StoredJournal): number {
    return journal.firstSeenMs;
  }

  async #signedHeads(): Promise<void> {
    const stored = new Map<string, DerivedTables['signed_heads']>();
    for (const row of await this.#options.derived.rows('signed_heads')) {
      stored.set(`${streamName(row)}/${row.seq}/${row.audit_seq}`, row);
    }
    for (const [name, row] of this.#derived.heads) {
      const { head, key, holds } = stored.get(name) ?? {};
      if (head === row.head && key === row.key && holds === row.holds) continue;
      const what = head === undefined ? 'is missing' : 'differs';
      this.#found(row, 'derived', row.seq, row.seq, `the signed head of ${row.seq} ${what} in table signed_heads`);
    }
    for (const [name, row] of stored) {
      if (this.#derived.heads.has(name) || this.#hasRetired(row.device, 'audit')) continue;
      this.#found(row, 'derived', row.seq, row.seq, `table signed_heads has a head of ${row.seq} that no record signs`);
    }
  }

  /** A device signed more than is stored. */
  async #ends(): Promise<void> {
    const reached = new Map<string, DerivedTables['signed_heads']>();
    for (const row of this.#derived.heads.values()) {
      const name = streamName(row);
      if (row.holds === 1 && row.seq > (reached.get(name)?.seq ?? 0)) reached.set(name, row);
    }
    const ids = new Map(this.#derived.journals.map((journal) => [streamName(journal), journal.id]));
    for (const [name, row] of reached) {
      const id = ids.get(name);
      const highest = id === undefined ? 0 : await this.#options.chains.highest(id);
      if (highest >= row.seq) continue;
      const what = 'which this device has signed, are not stored: they have not arrived yet, or were removed here';
      this.#found(row, 'truncated', highest + 1, row.seq, `numbers ${highest + 1} to ${row.seq}, ${what}`);
    }
  }

  async #declared(): Promise<void> {
    const stored = new Map(
      (await this.#options.derived.rows('declared')).map((row) => [`${row.journal}/${row.tombstone}`, row]),
    );
    for (const [name, row] of this.#derived.declared) {
      const found = stored.get(name);
      const same = found?.first === row.first && found.last === row.last && found.head === row.head;
      if (same && found.reason === row.reason) continue;
      this.#foundIn(
        row.journal,
        row.first,
        row.last,
        `what tombstone ${row.tombstone} declares is not in table declared`,
      );
    }
    for (const [name, row] of stored) {
      const retired = this.#journals.get(row.journal)?.retired?.last ?? 0;
      if (this.#derived.declared.has(name) || row.tombstone <= retired) continue;
      this.#foundIn(row.journal, row.first, row.last, 'table declared names numbers that no tombstone declares');
    }
  }

  async #losses(): Promise<void> {
    const nameOfRow = (row: DerivedTables['recovery_losses']): string =>
      `${row.journal}/${row.first}/${row.audit_journal}/${row.audit_seq}`;
    const stored = new Map((await this.#options.derived.rows('recovery_losses')).map((row) => [nameOfRow(row), row]));
    for (const [name, row] of this.#derived.losses) {
      const found = stored.get(name);
      if (found?.last === row.last && found.reason === row.reason) continue;
      this.#foundIn(row.journal, row.first, row.last, 'what recovery declared lost is not in table recovery_losses');
    }
    for (const [name, row] of stored) {
      const { device } = this.#journals.get(row.audit_journal) ?? {};
      const retired = device !== undefined && this.#hasRetired(device, 'audit');
      if (this.#derived.losses.has(name) || retired || this.#isBeyond(row)) continue;
      this.#foundIn(row.journal, row.first, row.last, 'table recovery_losses names numbers that no record declares');
    }
  }

  /** Numbers that a journal had signed and that its successor, by the record that gives it up, knows nothing of. */
  #isBeyond(row: DerivedTables['recovery_losses']): boolean {
    const of = this.#journals.get(row.journal);
    const declares = this.#derived.beyond.some(
      ({ journal, first, reason, audit_journal: journalOf, audit_seq: seq }) =>
        journal === row.journal &&
        journalOf === row.audit_journal &&
        seq === row.audit_seq &&
        reason === row.reason &&
        first <= row.first,
    );
    if (of === undefined || !declares) return false;
    return [...this.#derived.heads.values()].some(
      (head) => head.holds === 1 && head.seq >= row.last && streamName(head) === streamName(of),
    );
  }

  async #transferred(): Promise<void> {
    const stored = new Map<number, SeqRange[]>();
    for (const { journal, first, last } of await this.#options.derived.rows('transferred')) {
      stored.set(journal, [...(stored.get(journal) ?? []), [first, last]]);
    }
    for (const [journal, ranges] of this.#derived.transferred) {
      for (const [a, b] of difference(ranges, stored.get(journal) ?? [])) {
        this.#foundIn(journal, a, b, 'transferred numbers are not in table transferred');
      }
    }
    for (const [id, ranges] of stored) {
      const journal = this.#journals.get(id);
      if (journal === undefined || this.#hasRetired(journal.device, journal.stream)) continue;
      for (const [a, b] of difference(ranges, this.#derived.transferred.get(id) ?? [])) {
        this.#foundIn(id, a, b, 'table transferred names numbers that no record had');
      }
    }
  }

  async #events(): Promise<void> {
    const missing = new Map(this.#derived.events);
    for (let after = 0; ; ) {
      const page = await this.#options.derived.events(after, PAGE);
      for (const { id, summary } of page) {
        after = id;
        const name = `${summary.device}/${summary.event}`;
        if (!this.#derived.uncertain.has(name)) this.#event(summary, missing.get(name));
        missing.delete(name);
      }
      if (page.length < PAGE) break;
    }
    for (const [name, summary] of missing) {
      if (this.#derived.uncertain.has(name) || this.#hasRetired(summary.device, 'events')) continue;
      this.#foundIn(
        summary.rank.journal,
        summary.rank.seq,
        summary.rank.seq,
        `event ${summary.event} is not in table events`,
      );
    }
  }

  #event(stored: StoredSummary, derived: StoredSummary | undefined): void {
    const { journal, seq } = derived?.rank ?? stored.rank;
    if (derived === undefined) {
      this.#foundIn(journal, seq, seq, `table events has an event ${stored.event} that no record reports`);
      return;
    }
    const retired = this.#hasRetired(stored.device, 'events');
    // Transitions that retention has deleted are still in the summary.
    const complete = !retired || derived.openedKnown;
    const same = complete ? comparable(stored) === comparable(derived) : latestOf(stored) === latestOf(derived);
    if (!same) this.#foundIn(journal, seq, seq, `event ${stored.event} in table events differs from its records`);
  }

  async #media(): Promise<void> {
    const nameOfRow = (row: DerivedTables['expected_media']): string => `${row.device}/${row.event}/${row.sha256}`;
    const stored = new Map((await this.#options.derived.rows('expected_media')).map((row) => [nameOfRow(row), row]));
    const found = ({ device }: { readonly device: string }, message: string): void => {
      const journal = this.#derived.journals.find((one) => one.device === device && one.stream === 'media');
      this.#found({ device, epoch: journal?.epoch ?? '', stream: 'media' }, 'derived', 0, 0, message);
    };
    for (const [name, row] of this.#derived.media) {
      if (stored.has(name) || this.#hasRetired(row.device, 'events')) continue;
      found(row, `the picture ${row.sha256} of event ${row.event} is not in table expected_media`);
    }
    for (const [name, row] of stored) {
      if (this.#derived.media.has(name) || this.#hasRetired(row.device, 'media')) continue;
      found(row, `table expected_media has a picture ${row.sha256} that no record announces`);
    }
  }

  #hasRetired(device: string, stream: Stream): boolean {
    return this.#derived.journals.some((one) => one.device === device && one.stream === stream && one.retired);
  }

  #foundIn(journal: number, first: number, last: number, message: string): void {
    const known = this.#journals.get(journal) ?? { device: 'unknown', epoch: '', stream: 'events' as const };
    this.#found(known, 'derived', first, last, message);
  }

  #found(
    { device, epoch, stream }: Pick<BookFinding, 'device' | 'epoch' | 'stream'>,
    problem: BookFinding['problem'],
    first: number,
    last: number,
    message: string,
  ): void {
    this.#findings.push({ device, epoch, stream, problem, first, last, message });
  }
}

/** The parts of `ranges` that are not in `others`. */
function difference(ranges: readonly SeqRange[], others: readonly SeqRange[]): readonly SeqRange[] {
  return ranges.flatMap((range) => outsideRanges(range, others));
}

/** A summary as text, with texts and numbers as every database keeps them: times to the millisecond. */
function comparable(summary: StoredSummary): string {
  const fields = Object.entries(summary).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(fields, (_key, value: unknown) => {
    if (typeof value === 'string') return plainText(value);
    if (typeof value !== 'number') return value;
    return Math.abs(value) > 1e6 ? Math.round(value) : Math.round(value * 1e6) / 1e6;
  });
}

function latestOf({
  kind,
  severity,
  camera,
  rule,
  label,
  zone,
  updatedAtMs,
  closedAtMs,
  reason,
  rank,
}: StoredSummary): string {
  return JSON.stringify([kind, severity, camera, rule, label, zone, updatedAtMs, closedAtMs, reason, rank.seq]);
}
