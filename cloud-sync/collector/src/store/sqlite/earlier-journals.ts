import type Database from 'better-sqlite3';
import { mergeRanges, type SeqRange } from '@lineside/protocol';
import { readStored, type CheckedRecord, type TransferOfJournal } from '../../ingest/index.ts';
import type { StreamKey } from '../../records/index.ts';
import { signedRows } from '../signatures.ts';
import { Spans } from './spans.ts';

/** Where a declaration stands: its audit stream's journal and number. */
interface Place {
  readonly journal: number;
  readonly seq: number;
}

/** The books of journals that devices have given up, from what their later journals say. Inside the caller's transaction. */
export class EarlierJournals {
  readonly #spans: Spans;
  readonly #transferred: Spans;
  readonly #journalOf: (key: StreamKey) => number;
  readonly #declare: Database.Statement<[number, number, number, string, number, number]>;

  /** `journalOf` returns the id of a journal, which it makes where there is none. */
  constructor(db: Database.Database, journalOf: (key: StreamKey) => number) {
    this.#spans = new Spans(db);
    this.#transferred = new Spans(db, 'transferred');
    this.#journalOf = journalOf;
    this.#declare = db.prepare('insert or ignore into recovery_losses values (?, ?, ?, ?, ?, ?)');
  }

  /** Numbers that are declared lost; returns how many were not accounted for before. */
  declare(device: string, { stream, epoch, reason, lost }: TransferOfJournal, place: Place): number {
    if (lost.length === 0) return 0;
    const journal = this.#journalOf({ device, epoch, stream });
    let declared = 0;
    for (const [first, last] of lost) {
      this.#declare.run(journal, first, last, reason, place.journal, place.seq);
      declared += this.#spans.add(journal, [first, last]);
    }
    return declared;
  }

  /** The numbers that `records` had in earlier journals are accounted for. */
  account({ device, stream }: StreamKey, records: readonly CheckedRecord[]): void {
    const byEpoch = new Map<string, SeqRange[]>();
    for (const { was } of records) {
      if (was !== undefined) byEpoch.set(was.epoch, [...(byEpoch.get(was.epoch) ?? []), [was.seq, was.seq]]);
    }
    for (const [epoch, numbers] of byEpoch) {
      const journal = this.#journalOf({ device, epoch, stream });
      for (const range of mergeRanges(numbers)) {
        this.#spans.add(journal, range);
        this.#transferred.add(journal, range);
      }
    }
  }
}

interface Row extends StreamKey {
  readonly journal: number;
  readonly hash: string;
  readonly json: string;
  readonly received_ms: number;
}

const OF_RECOVERY = `select r.journal, j.device, j.epoch, j.stream, r.hash, r.json, r.received_ms
  from records r join journals j on j.id = r.journal
  where instr(r.json, '"was":{') > 0 or (j.stream = 'audit' and instr(r.json, '"lostRanges"') > 0)`;

/** Writes the books of earlier journals for a file from before they were kept. */
export function bookEarlierJournals(db: Database.Database): void {
  const known = db.prepare<[string, string, string], { id: number }>(
    'select id from journals where device = ? and epoch = ? and stream = ?',
  );
  const create = db.prepare('insert into journals (device, epoch, stream, first_seen_ms) values (?, ?, ?, ?)');
  const unsign = db.prepare('delete from signed_heads where device = ? and epoch = ? and audit_seq = ?');
  const sign = db.prepare('insert or ignore into signed_heads values (?, ?, ?, ?, ?, ?, ?, 1, ?)');
  for (const row of db.prepare<[], Row>(OF_RECOVERY).all()) {
    const { device, epoch, stream } = row;
    const books = new EarlierJournals(db, (key) => {
      const found = known.get(key.device, key.epoch, key.stream);
      return found?.id ?? Number(create.run(key.device, key.epoch, key.stream, row.received_ms).lastInsertRowid);
    });
    const record = readStored({ device, epoch, stream }, row.json, row.hash);
    if (record === undefined) continue;
    const { content, seq, was } = record;
    if (content.type === 'transfer') books.declare(device, content.transfer, { journal: row.journal, seq });
    if (was === undefined) continue;
    books.account({ device, epoch, stream }, [record]);
    if (stream === 'audit') unsign.run(device, epoch, seq);
    if (content.type !== 'heads' || !content.valid) continue;
    for (const { stream: of, seq: signed, head } of signedRows(content.heads)) {
      sign.run(device, content.epoch, of, signed, was.seq, head, content.heads.key, row.received_ms);
    }
  }
}
