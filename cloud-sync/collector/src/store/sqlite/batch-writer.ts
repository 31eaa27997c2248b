import type Database from 'better-sqlite3';
import { chainStart } from '@lineside/protocol';
import {
  brokenLinks,
  WATERMARK_RANGES,
  watermarkOf,
  type BatchOutcome,
  type CheckedBatch,
  type CheckedRecord,
  type Surroundings,
} from '../../ingest/index.ts';
import type { StreamKey } from '../../records/index.ts';
import { signedRows } from '../signatures.ts';
import { EarlierJournals } from './earlier-journals.ts';
import { ReadTables } from './read-tables.ts';
import { Spans } from './spans.ts';

interface StoredRecord {
  readonly hash: string;
  readonly json: string;
}

/** Writes one batch, inside a transaction that the caller holds. */
export class BatchWriter {
  readonly #spans: Spans;
  readonly #tables: ReadTables;
  readonly #earlier: EarlierJournals;
  /** When the batch at hand arrived. */
  #atMs = 0;
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: Database.Database) {
    this.#spans = new Spans(db);
    this.#tables = new ReadTables(db);
    this.#sql = statements(db);
    this.#earlier = new EarlierJournals(db, (key) => this.#journal(key, this.#atMs));
  }

  write(batch: CheckedBatch, atMs: number): BatchOutcome {
    this.#atMs = atMs;
    const journal = this.#journal(batch.key, atMs);
    const retired = this.#sql.retired.get(journal);
    const breaks = this.#checkLinks(journal, batch, retired, atMs);
    let inserted = 0;
    let conflicts = 0;
    const fresh: CheckedRecord[] = [];
    for (const record of batch.records) {
      const { seq, hash, kind, wallMs, json } = record;
      // Stored once and deleted by retention: it must not return.
      if (seq <= (retired?.last ?? 0)) continue;
      if (this.#sql.insert.run(journal, seq, hash, kind, wallMs, atMs, json).changes === 1) {
        inserted += 1;
        fresh.push(record);
      } else if (this.#conflict(journal, record, atMs)) conflicts += 1;
    }
    this.#spans.add(journal, [batch.from, batch.to]);
    const declared = fresh.reduce((sum, record) => sum + this.#read(journal, batch.key, record, atMs), 0);
    this.#earlier.account(batch.key, fresh);
    if (inserted > 0) this.#sql.count.run(inserted, journal);
    const watermark = watermarkOf(this.#spans.lowest(journal, WATERMARK_RANGES));
    const head = this.#hashAfter(batch.key, journal, watermark.upto);
    return {
      inserted,
      conflicts,
      breaks,
      duplicates: batch.records.length - inserted - conflicts,
      declared,
      watermark,
      ...(head === undefined ? {} : { head }),
    };
  }

  #journal({ device, epoch, stream }: StreamKey, atMs: number): number {
    this.#sql.seen.run(device, atMs, atMs);
    const known = this.#sql.journal.get(device, epoch, stream);
    if (known !== undefined) return known.id;
    return Number(this.#sql.newJournal.run(device, epoch, stream, atMs).lastInsertRowid);
  }

  /** Chain hash after a number, which an acknowledgement must carry: of its record, or of what stands in its place. */
  #hashAfter({ device, epoch, stream }: StreamKey, journal: number, seq: number): string | undefined {
    if (seq === 0) return chainStart(device, epoch, stream);
    const retired = this.#sql.retired.get(journal);
    if (retired?.last === seq) return retired.head;
    return this.#sql.record.get(journal, seq)?.hash ?? this.#sql.declaredEnd.get(journal, seq)?.head;
  }

  /** Records links that do not match the stored neighbours; returns how many there are. */
  #checkLinks(journal: number, batch: CheckedBatch, retired: Surroundings['retired'], atMs: number): number {
    const broken = brokenLinks(batch, {
      retired,
      record: (seq) => this.#sql.record.get(journal, seq),
      declaredHead: (last) => this.#sql.declaredEnd.get(journal, last)?.head,
    });
    for (const { seq, link, expected, found } of broken) {
      this.#sql.break.run(journal, seq, link, expected, found, atMs);
    }
    return broken.length;
  }

  /** Records a row that arrived again with another hash; false when it is the same row. */
  #conflict(journal: number, record: CheckedRecord, atMs: number): boolean {
    const kept = this.#sql.record.get(journal, record.seq);
    if (kept === undefined || kept.hash === record.hash) return false;
    const differs = kept.json !== record.json ? 1 : 0;
    this.#sql.conflict.run(journal, record.seq, kept.hash, record.hash, record.json, differs, atMs);
    return true;
  }

  /** Writes a new record's content to the read tables; returns how many numbers it declares lost. */
  #read(journal: number, key: StreamKey, record: CheckedRecord, atMs: number): number {
    const { content, seq } = record;
    if (content.type !== 'tombstone' && this.#earlier.isStored(key, record)) return 0;
    switch (content.type) {
      case 'event':
        this.#tables.transition(key.device, journal, record, content.body, atMs);
        return 0;
      case 'telemetry':
        this.#tables.telemetry(key.device, journal, record, content.body, atMs);
        return 0;
      case 'media':
        this.#tables.expectMedia(key.device, content.body);
        return 0;
      case 'heads': {
        const { heads, epoch, valid } = content;
        const auditSeq = record.earlier.at(-1)?.seq ?? seq;
        for (const { stream, seq: signed, head } of signedRows(heads)) {
          this.#sql.sign.run(key.device, epoch, stream, signed, auditSeq, head, heads.key, valid ? 1 : 0, atMs);
        }
        return 0;
      }
      case 'tombstone': {
        const { from, to, reason, head } = content.body;
        this.#sql.declare.run(journal, from, to, reason, head, seq);
        return this.#spans.add(journal, [from, to]);
      }
      case 'transfer':
        return this.#earlier.declare(key.device, content.transfer, { journal, seq });
      case 'other':
        return 0;
    }
  }
}

function statements(db: Database.Database) {
  return {
    seen: db.prepare<[string, number, number]>(
      `insert into devices (device, first_seen_ms, last_seen_ms) values (?, ?, ?)
       on conflict do update set last_seen_ms = excluded.last_seen_ms`,
    ),
    journal: db.prepare<[string, string, string], { id: number }>(
      'select id from journals where device = ? and epoch = ? and stream = ?',
    ),
    newJournal: db.prepare<[string, string, string, number]>(
      'insert into journals (device, epoch, stream, first_seen_ms) values (?, ?, ?, ?)',
    ),
    insert: db.prepare<[number, number, string, string, number, number, string]>(
      `insert or ignore into records (journal, seq, hash, kind, wall_ms, received_ms, json)
       values (?, ?, ?, ?, ?, ?, ?)`,
    ),
    retired: db.prepare<[number], { last: number; head: string }>('select last, head from retired where journal = ?'),
    count: db.prepare<[number, number]>('update journals set stored = stored + ? where id = ?'),
    record: db.prepare<[number, number], StoredRecord>('select hash, json from records where journal = ? and seq = ?'),
    declaredEnd: db.prepare<[number, number], { head: string }>(
      'select head from declared where journal = ? and last = ? order by tombstone desc limit 1',
    ),
    declare: db.prepare<[number, number, number, string, string, number]>(
      'insert or ignore into declared (journal, first, last, reason, head, tombstone) values (?, ?, ?, ?, ?, ?)',
    ),
    sign: db.prepare<[string, string, string, number, number, string, string, number, number]>(
      'insert or ignore into signed_heads values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    break: db.prepare<[number, number, string, string, string, number]>(
      `insert into chain_breaks (journal, seq, link, expected, found, at_ms) values (?, ?, ?, ?, ?, ?)
       on conflict do update set times = times + 1`,
    ),
    conflict: db.prepare<[number, number, string, string, string, number, number]>(
      `insert into conflicts (journal, seq, kept_hash, refused_hash, refused_json, content_differs, at_ms)
       values (?, ?, ?, ?, ?, ?, ?) on conflict do update set times = times + 1`,
    ),
  };
}
