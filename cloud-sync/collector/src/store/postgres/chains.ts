import type pg from 'pg';
import type { SeqRange } from '@lineside/protocol';
import type { ChainSource, SignatureProblem, StoredJournal, StoredRow } from '../../records/index.ts';
import { EXPLAINED } from '../losses.ts';
import { JOURNALS, toStoredJournal, type JournalSql } from '../stored-rows.ts';
import { rowsOf } from './database.ts';
import { PostgresQueries } from './queries.ts';

/** The stored chains, a statement at a time. */
export class PostgresChains implements ChainSource {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** PostgreSQL checks its pages as it reads them, where checksums are on. */
  async damage(): Promise<string | undefined> {
    return undefined;
  }

  async journals(): Promise<readonly StoredJournal[]> {
    return (await rowsOf<JournalSql>(this.#pool, `${JOURNALS} order by j.id`)).map(toStoredJournal);
  }

  async journal(id: number): Promise<StoredJournal | undefined> {
    return (await rowsOf<JournalSql>(this.#pool, `${JOURNALS} where j.id = $1`, [id])).map(toStoredJournal)[0];
  }

  async rows(journal: number, after: number, limit: number): Promise<readonly StoredRow[]> {
    return rowsOf<StoredRow>(
      this.#pool,
      'select seq, hash, kind, wall_ms, json from records where journal = $1 and seq > $2 order by seq limit $3',
      [journal, after, limit],
    );
  }

  async declaredIn(journal: number, [first, last]: SeqRange): Promise<readonly SeqRange[]> {
    const rows = await rowsOf<{ first: number; last: number }>(
      this.#pool,
      `select first, last from ${EXPLAINED} as x where journal = $1 and first <= $3 and last >= $2 order by first`,
      [journal, first, last],
    );
    return rows.map((row) => [row.first, row.last]);
  }

  async accounted(journal: number, [first, last]: SeqRange): Promise<boolean> {
    const found = await rowsOf(
      this.#pool,
      'select 1 from spans where journal = $1 and first <= $3 and last >= $2 limit 1',
      [journal, first, last],
    );
    return found.length > 0;
  }

  async headAt(journal: number, last: number): Promise<string | undefined> {
    const [row] = await rowsOf<{ head: string }>(
      this.#pool,
      'select head from declared where journal = $1 and last = $2 order by tombstone desc limit 1',
      [journal, last],
    );
    return row?.head;
  }

  async signatureProblems(limit: number): Promise<readonly SignatureProblem[]> {
    return new PostgresQueries(this.#pool).signatureProblems(limit);
  }

  async highest(journal: number): Promise<number> {
    const [row] = await rowsOf<{ highest: number | null }>(
      this.#pool,
      'select max(last) as highest from spans where journal = $1',
      [journal],
    );
    return row?.highest ?? 0;
  }
}
