import type Database from 'better-sqlite3';
import type { Stream } from '@lineside/protocol';
import type { MediaRow } from '../../media/index.ts';
import type { RetentionStore } from '../../retention/index.ts';

interface Candidate {
  readonly id: number;
  /** The journal's watermark. */
  readonly upto: number;
}

const CANDIDATES = `select j.id, s.last as upto from journals j
  join spans s on s.journal = j.id and s.first = 1 where j.stream = ?`;

// Numbers of one stream arrive mostly in order, so the old ones are the first ones; the first that is not old ends it.
const CUT = `select max(seq) as seq, count(*) as n from (
    select seq from records where journal = :journal and seq <= :upto and seq < coalesce((
      select seq from records where journal = :journal and received_ms >= :before order by seq limit 1), 9e15)
    order by seq limit :limit)`;

/** Deletes old records and pictures; table `retired` keeps where each chain continues. */
export class SqliteRetention implements RetentionStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async retireRecords(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number> {
    const retire = this.#db.transaction(() => {
      let retired = 0;
      for (const { id, upto } of this.#db.prepare<[string], Candidate>(CANDIDATES).all(stream)) {
        const { seq, n } = this.#db
          .prepare<[object], { seq: number | null; n: number }>(CUT)
          .get({ journal: id, upto, before: receivedBeforeMs, limit }) ?? { seq: null, n: 0 };
        if (seq !== null) retired += this.#retireUpTo(id, seq, n, atMs);
      }
      return retired;
    });
    return retire.immediate();
  }

  async oldestMedia(limit: number): Promise<readonly MediaRow[]> {
    return this.#db
      .prepare<[number], MediaRow>(
        `select sha256, device, bytes, mime, stored_ms as storedAtMs from media where retired_ms is null
         order by stored_ms limit ?`,
      )
      .all(limit);
  }

  async mediaBytes(): Promise<number> {
    return (
      this.#db
        .prepare<[], { bytes: number }>('select coalesce(sum(bytes), 0) as bytes from media where retired_ms is null')
        .get()?.bytes ?? 0
    );
  }

  async retireMedia(sha256: string, atMs: number): Promise<void> {
    this.#db.prepare('update media set retired_ms = ? where sha256 = ?').run(atMs, sha256);
  }

  #retireUpTo(journal: number, seq: number, count: number, atMs: number): number {
    this.#db
      .prepare(
        `insert into retired (journal, last, head, count, at_ms)
         select journal, seq, hash, :count, :atMs from records where journal = :journal and seq = :seq
         on conflict do update set last = excluded.last, head = excluded.head, count = count + excluded.count,
           at_ms = excluded.at_ms`,
      )
      .run({ journal, seq, count, atMs });
    const old = 'where journal = ? and seq <= ?';
    this.#db
      .prepare(`delete from expected_media where (device, event) in (select device, event from events ${old})`)
      .run(journal, seq);
    for (const table of ['events', 'records']) this.#db.prepare(`delete from ${table} ${old}`).run(journal, seq);
    return count;
  }
}
