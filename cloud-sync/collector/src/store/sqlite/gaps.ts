import type Database from 'better-sqlite3';
import type { GapRow, GapState, GapStore } from '../../gaps/index.ts';
import type { StreamRange } from '../../records/index.ts';
import { GAPS, MISSING_PER_JOURNAL, toGapRow, type GapSql } from '../stored-rows.ts';
import { Spans } from './spans.ts';

const MISSING = `select j.device, j.epoch, j.stream, m.first, m.last from (
    select journal, lag(last, 1, 0) over (partition by journal order by first) + 1 as first, first - 1 as last,
      row_number() over (partition by journal order by first) as n from spans
  ) m join journals j on j.id = m.journal where m.first <= m.last and m.n <= ${MISSING_PER_JOURNAL} limit ?`;

// Missing numbers inside a gap that is open already are what is left of that gap.
const OPEN = `insert into gaps (journal, first, last, state, opened_ms)
  select id, :first, :last, 'open', :atMs from journals j
  where device = :device and epoch = :epoch and stream = :stream and not exists (
    select 1 from gaps g where g.journal = j.id and g.state = 'open' and g.first <= :first and g.last >= :last)`;

/** Table `gaps`: numbers that stayed missing longer than the reorder timeout, and how that ended. */
export class SqliteGaps implements GapStore {
  readonly #db: Database.Database;
  readonly #spans: Spans;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#spans = new Spans(db);
  }

  async missing(limit: number): Promise<readonly StreamRange[]> {
    return this.#db.prepare<[number], StreamRange>(MISSING).all(limit);
  }

  async reconcile(overdue: readonly StreamRange[], atMs: number): Promise<readonly GapRow[]> {
    return this.#db.transaction(() => this.#reconcile(overdue, atMs)).immediate();
  }

  async noteRequest(gap: number, atMs: number): Promise<void> {
    this.#db.prepare('update gaps set requests = requests + 1, requested_ms = ? where id = ?').run(atMs, gap);
  }

  async list(state: GapState | undefined, limit: number): Promise<readonly GapRow[]> {
    const rows =
      state === undefined
        ? this.#db.prepare<[number], GapSql>(`${GAPS} order by g.id desc limit ?`).all(limit)
        : this.#db
            .prepare<[string, number], GapSql>(`${GAPS} where g.state = ? order by g.id desc limit ?`)
            .all(state, limit);
    return rows.map((gap) => toGapRow(gap, gap.state === 'open' ? this.#missingIn(gap) : 0));
  }

  #reconcile(overdue: readonly StreamRange[], atMs: number): GapRow[] {
    const open = this.#db.prepare(OPEN);
    for (const { device, epoch, stream, first, last } of overdue) {
      open.run({ device, epoch, stream, first, last, atMs });
    }
    const close = this.#db.prepare<[string, number, number]>('update gaps set state = ?, closed_ms = ? where id = ?');
    const stillOpen: GapRow[] = [];
    for (const gap of this.#db.prepare<[], GapSql>(`${GAPS} where g.state = 'open'`).all()) {
      const missing = this.#missingIn(gap);
      if (missing > 0) stillOpen.push(toGapRow(gap, missing));
      else close.run(this.#wasDeclared(gap) ? 'declared' : 'closed', atMs, gap.id);
    }
    return stillOpen;
  }

  #missingIn({ journal, first, last }: GapSql): number {
    return last - first + 1 - this.#spans.covered(journal, [first, last]);
  }

  #wasDeclared({ journal, first, last }: GapSql): boolean {
    const { n } = this.#db
      .prepare<[number, number, number], { n: number }>(
        'select count(*) as n from records where journal = ? and seq between ? and ?',
      )
      .get(journal, first, last) ?? { n: 0 };
    return n < last - first + 1;
  }
}
