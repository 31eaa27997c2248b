import type Database from 'better-sqlite3';
import type { SeqRange } from '@lineside/protocol';
import type { ChainSource, SignatureProblem, StoredJournal, StoredRow } from '../../records/index.ts';
import { EXPLAINED } from '../losses.ts';
import { JOURNALS, toStoredJournal, type JournalSql } from '../stored-rows.ts';
import { SqliteQueries } from './queries.ts';

/** The stored chains, read one short statement at a time so that no read pins the write-ahead log. */
export class SqliteChains implements ChainSource {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async damage(): Promise<string | undefined> {
    const [integrity] = this.#db.pragma('quick_check(1)') as [{ quick_check: string }];
    return integrity.quick_check === 'ok' ? undefined : integrity.quick_check;
  }

  async journals(): Promise<readonly StoredJournal[]> {
    return this.#db.prepare<[], JournalSql>(`${JOURNALS} order by j.id`).all().map(toStoredJournal);
  }

  async journal(id: number): Promise<StoredJournal | undefined> {
    return this.#db.prepare<[number], JournalSql>(`${JOURNALS} where j.id = ?`).all(id).map(toStoredJournal)[0];
  }

  async rows(journal: number, after: number, limit: number): Promise<readonly StoredRow[]> {
    return this.#db
      .prepare<[number, number, number], StoredRow>(
        'select seq, hash, kind, wall_ms, json from records where journal = ? and seq > ? order by seq limit ?',
      )
      .all(journal, after, limit);
  }

  async declaredIn(journal: number, [first, last]: SeqRange): Promise<readonly SeqRange[]> {
    return this.#db
      .prepare<[number, number, number], { first: number; last: number }>(
        `select first, last from ${EXPLAINED} as x where journal = ? and first <= ? and last >= ? order by first`,
      )
      .all(journal, last, first)
      .map((row) => [row.first, row.last]);
  }

  async accounted(journal: number, [first, last]: SeqRange): Promise<boolean> {
    return (
      this.#db
        .prepare<[number, number, number], { n: 1 }>(
          'select 1 as n from spans where journal = ? and first <= ? and last >= ? limit 1',
        )
        .get(journal, last, first) !== undefined
    );
  }

  async headAt(journal: number, last: number): Promise<string | undefined> {
    return this.#db
      .prepare<[number, number], { head: string }>(
        'select head from declared where journal = ? and last = ? order by tombstone desc limit 1',
      )
      .get(journal, last)?.head;
  }

  async signatureProblems(limit: number): Promise<readonly SignatureProblem[]> {
    return new SqliteQueries(this.#db).signatureProblems(limit);
  }

  async highest(journal: number): Promise<number> {
    return (
      this.#db
        .prepare<[number], { highest: number | null }>('select max(last) as highest from spans where journal = ?')
        .get(journal)?.highest ?? 0
    );
  }
}
