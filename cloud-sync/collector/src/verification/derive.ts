import { mergeRanges, type SeqRange, STREAMS } from '@lineside/protocol';
import { readStored, type CheckedRecord } from '../ingest/index.ts';
import {
  addTransition,
  plainText,
  streamName,
  type ChainSource,
  type StoredJournal,
  type StoredSummary,
} from '../records/index.ts';
import type { DerivedTables } from './derived-source.ts';

const CHUNK = 1000;

/** What the derived tables must hold, by a name of each row; from the records alone. */
export interface Derived {
  readonly journals: readonly StoredJournal[];
  readonly heads: Map<string, DerivedTables['signed_heads']>;
  readonly declared: Map<string, DerivedTables['declared']>;
  readonly losses: Map<string, DerivedTables['recovery_losses']>;
  /** From where on the collector itself may declare lost what a journal that was given up had signed. */
  readonly beyond: Omit<DerivedTables['recovery_losses'], 'last'>[];
  /** Merged, by journal. */
  readonly transferred: Map<number, readonly SeqRange[]>;
  readonly events: Map<string, StoredSummary>;
  readonly media: Map<string, DerivedTables['expected_media']>;
  /** Events of which a record was stored under an earlier number that retention has deleted since. */
  readonly uncertain: Set<string>;
}

/** Reads every stored record in short steps and does with it what was done when it arrived. */
export async function derive(source: ChainSource): Promise<Derived> {
  const journals = await source.journals();
  const derivation = new Derivation(source, journals);
  for (const journal of journals) {
    for (let last = 0; ; ) {
      const rows = await source.rows(journal.id, last, CHUNK);
      for (const row of rows) {
        const record = readStored(journal, row.json, row.hash);
        if (record !== undefined) await derivation.add(journal, record);
      }
      if (rows.length < CHUNK) break;
      last = rows.at(-1)?.seq ?? last;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return derivation.result();
}

class Derivation {
  readonly #source: ChainSource;
  readonly #derived: Derived;
  readonly #journals: ReadonlyMap<string, StoredJournal>;
  readonly #numbers = new Map<number, SeqRange[]>();

  constructor(source: ChainSource, journals: readonly StoredJournal[]) {
    this.#source = source;
    this.#journals = new Map(journals.map((journal) => [streamName(journal), journal]));
    const tables = { heads: new Map(), declared: new Map(), losses: new Map(), events: new Map(), media: new Map() };
    this.#derived = { journals, ...tables, beyond: [], uncertain: new Set(), transferred: new Map() };
  }

  result(): Derived {
    for (const [journal, numbers] of this.#numbers) this.#derived.transferred.set(journal, mergeRanges(numbers));
    return this.#derived;
  }

  async add(journal: StoredJournal, record: CheckedRecord): Promise<void> {
    const { content, seq } = record;
    if (content.type === 'tombstone') {
      const { from: first, to: last, reason, head } = content.body;
      const row = { journal: journal.id, first, last, reason: plainText(reason), head, tombstone: seq };
      this.#derived.declared.set(`${journal.id}/${seq}`, row);
      return;
    }
    let [read, retired] = [false, false];
    for (const { epoch, seq: was } of record.earlier) {
      const earlier = this.#journals.get(streamName({ ...journal, epoch }));
      if (earlier === undefined) continue;
      // Records that arrived under an earlier number already were not read again.
      if (await this.#isStored(earlier.id, was, record.id)) read = true;
      else if (was <= (earlier.retired?.last ?? 0)) retired = true;
      else this.#addNumber(earlier.id, was);
    }
    if (retired && record.content.type === 'event') {
      this.#derived.uncertain.add(`${journal.device}/${record.content.body.event}`);
    }
    if (read || retired) return;
    this.#read(journal, record);
  }

  #addNumber(journal: number, seq: number): void {
    const numbers = this.#numbers.get(journal) ?? [];
    this.#numbers.set(journal, numbers);
    const last = numbers.at(-1);
    if (last !== undefined && last[1] + 1 === seq) numbers[numbers.length - 1] = [last[0], seq];
    else numbers.push([seq, seq]);
  }

  async #isStored(journal: number, seq: number, id: string): Promise<boolean> {
    const [row] = await this.#source.rows(journal, seq - 1, 1);
    if (row?.seq !== seq) return false;
    const stored: unknown = JSON.parse(row.json);
    return typeof stored === 'object' && stored !== null && 'id' in stored && stored.id === id;
  }

  #read({ id: journal, device }: StoredJournal, record: CheckedRecord): void {
    const { content, seq, wallMs, clock } = record;
    switch (content.type) {
      case 'event': {
        const { event } = content.body;
        const name = `${device}/${event}`;
        const rank = { journal, seq };
        const before = this.#derived.events.get(name);
        this.#derived.events.set(name, addTransition(before, { device, wallMs, clock, rank, body: content.body }));
        return;
      }
      case 'media': {
        const { event, sha256 } = content.body;
        this.#derived.media.set(`${device}/${event}/${sha256}`, { device, event, sha256 });
        return;
      }
      case 'heads': {
        const { heads, epoch, valid } = content;
        const auditSeq = record.earlier.at(-1)?.seq ?? seq;
        for (const stream of STREAMS) {
          const { seq: signed, head } = heads.ends[stream];
          if (signed === 0) continue;
          const row = { device, epoch, stream, seq: signed, audit_seq: auditSeq, head, key: heads.key };
          this.#derived.heads.set(`${streamName(row)}/${signed}/${auditSeq}`, { ...row, holds: valid ? 1 : 0 });
        }
        return;
      }
      case 'transfer': {
        const { epoch, stream, reason: text, lost, known } = content.transfer;
        const of = this.#journals.get(streamName({ device, epoch, stream }))?.id;
        if (of === undefined) return;
        const declared = { journal: of, reason: plainText(text), audit_journal: journal, audit_seq: seq };
        for (const [first, last] of lost) {
          this.#derived.losses.set(`${of}/${first}/${journal}/${seq}`, { ...declared, first, last });
        }
        if (known !== undefined) this.#derived.beyond.push({ ...declared, first: known + 1 });
        return;
      }
      case 'telemetry':
      case 'tombstone':
      case 'other':
        return;
    }
  }
}
