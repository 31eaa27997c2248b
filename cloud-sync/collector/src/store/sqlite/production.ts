import type Database from 'better-sqlite3';
import { PAGE_NUMBERS, type ProductionJournal, type ProductionPage, type ProductionRecords } from '../../mes/index.ts';
import { FIRST_BEHIND, JOURNALS, PAGE, type PageSql } from '../production-sql.ts';

/** Records of kind `production`, of the table `records`. */
export class SqliteProduction implements ProductionRecords {
  readonly #journals: Database.Statement<[], ProductionJournal>;
  readonly #first: Database.Statement<[number, number], { readonly seq: number | null }>;
  readonly #page: Database.Statement<[number, number, number], PageSql>;

  constructor(db: Database.Database) {
    this.#journals = db.prepare(JOURNALS);
    this.#first = db.prepare(FIRST_BEHIND('?', '?'));
    this.#page = db.prepare(PAGE('?', '?', '?'));
  }

  async journals(): Promise<readonly ProductionJournal[]> {
    return this.#journals.all();
  }

  async page(journal: number, afterSeq: number, upto: number): Promise<ProductionPage> {
    const first = this.#first.get(journal, afterSeq)?.seq ?? null;
    if (first === null || first > upto) return { records: [], throughSeq: upto };
    const throughSeq = Math.min(upto, first + PAGE_NUMBERS - 1);
    return { records: this.#page.all(journal, first, throughSeq), throughSeq };
  }
}
