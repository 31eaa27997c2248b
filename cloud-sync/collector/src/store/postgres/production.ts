import type pg from 'pg';
import { PAGE_NUMBERS, type ProductionJournal, type ProductionPage, type ProductionRecords } from '../../mes/index.ts';
import { FIRST_BEHIND, JOURNALS, PAGE, type PageSql } from '../production-sql.ts';
import { rowsOf } from './database.ts';

/** Records of kind `production`, of the table `records`. */
export class PostgresProduction implements ProductionRecords {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async journals(): Promise<readonly ProductionJournal[]> {
    return rowsOf<ProductionJournal>(this.#pool, JOURNALS);
  }

  async page(journal: number, afterSeq: number, upto: number): Promise<ProductionPage> {
    const [row] = await rowsOf<{ readonly seq: number | null }>(this.#pool, FIRST_BEHIND('$1', '$2'), [
      journal,
      afterSeq,
    ]);
    const first = row?.seq ?? null;
    if (first === null || first > upto) return { records: [], throughSeq: upto };
    const throughSeq = Math.min(upto, first + PAGE_NUMBERS - 1);
    return {
      records: await rowsOf<PageSql>(this.#pool, PAGE('$1', '$2', '$3'), [journal, first, throughSeq]),
      throughSeq,
    };
  }
}
