import type Database from 'better-sqlite3';
import { type EarlierNumber, mergeRanges, type SeqRange } from '@lineside/protocol';
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
  readonly #sql: ReturnType<typeof statements>;

  /** `journalOf` returns the id of a journal, which it makes where there is none. */
  constructor(db: Database.Database, journalOf: (key: StreamKey) => number) {
    this.#spans = new Spans(db);
    this.#transferred = new Spans(db, 'transferred');
    this.#journalOf = journalOf;
    this.#sql = statements(db);
  }

  /**
   * Numbers that are declared lost, and what the earlier journal signed beyond all that its successor knows of and that
   * is not stored here either. Returns how many were not accounted for before.
   */
  declare(device: string, { stream, epoch, reason, lost, known }: TransferOfJournal, place: Place): number {
    const signed = known === undefined ? 0 : (this.#sql.signed.get(device, epoch, stream)?.seq ?? 0);
    if (lost.length === 0 && (known === undefined || signed <= known)) return 0;
    const journal = this.#journalOf({ device, epoch, stream });
    const beyond = known === undefined ? [] : this.#spans.outside(journal, [known + 1, signed]);
    let declared = 0;
    for (const [first, last] of [...lost, ...beyond]) {
      this.#sql.declare.run(journal, first, last, reason, place.journal, place.seq);
      declared += this.#spans.add(journal, [first, last]);
    }
    return declared;
  }

  /**
   * Whether the record was stored, and read, under a number that it had in an earlier journal. What retention has deleted
   * there must not return under another number.
   */
  isStored(key: StreamKey, { id, earlier }: CheckedRecord): boolean {
    return earlier.some((number) => this.#isKnown(key, id, number));
  }

  #isKnown({ device, stream }: StreamKey, id: string, { epoch, seq }: EarlierNumber): boolean {
    if (this.#sql.stored.get(device, epoch, stream, seq)?.id === id) return true;
    return seq <= (this.#sql.retired.get(device, epoch, stream)?.last ?? 0);
  }

  /** The numbers that `records` had in earlier journals, and under which they are not stored, are accounted for. */
  account(key: StreamKey, records: readonly CheckedRecord[]): void {
    const { device, stream } = key;
    const byEpoch = new Map<string, SeqRange[]>();
    for (const { id, earlier } of records) {
      for (const { epoch, seq } of earlier) {
        if (this.#isKnown(key, id, { epoch, seq })) continue;
        const numbers = byEpoch.get(epoch) ?? [];
        numbers.push([seq, seq]);
        byEpoch.set(epoch, numbers);
      }
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

function statements(db: Database.Database) {
  type Key = [device: string, epoch: string, stream: string];
  return {
    declare: db.prepare<[number, number, number, string, number, number]>(
      'insert or ignore into recovery_losses values (?, ?, ?, ?, ?, ?)',
    ),
    stored: db.prepare<[...Key, number], { id: string }>(
      `select r.json ->> '$.id' as id from records r join journals j on j.id = r.journal
       where j.device = ? and j.epoch = ? and j.stream = ? and r.seq = ?`,
    ),
    retired: db.prepare<Key, { last: number }>(
      `select t.last from retired t join journals j on j.id = t.journal
       where j.device = ? and j.epoch = ? and j.stream = ?`,
    ),
    signed: db.prepare<Key, { seq: number | null }>(
      'select max(seq) as seq from signed_heads where device = ? and epoch = ? and stream = ? and holds = 1',
    ),
  };
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
    const { content, seq, earlier } = record;
    const [origin] = earlier.slice(-1);
    if (content.type === 'transfer') books.declare(device, content.transfer, { journal: row.journal, seq });
    if (origin === undefined) continue;
    books.account({ device, epoch, stream }, [record]);
    if (stream === 'audit') unsign.run(device, epoch, seq);
    if (content.type !== 'heads' || !content.valid) continue;
    for (const { stream: of, seq: signed, head } of signedRows(content.heads)) {
      sign.run(device, content.epoch, of, signed, origin.seq, head, content.heads.key, row.received_ms);
    }
  }
}
