import type pg from 'pg';
import type { GapRow, GapState, GapStore } from '../../gaps/index.ts';
import type { StreamRange } from '../../records/index.ts';
import { GAPS, MISSING_PER_JOURNAL, toGapRow, type GapSql } from '../stored-rows.ts';
import { inTransaction, rowsOf, type Queryable } from './database.ts';
import { coveredBySpans } from './spans.ts';

/** Collectors that reconcile at the same time take turns. */
const RECONCILE_LOCK = 7_104_894;

const MISSING = `select j.device, j.epoch, j.stream, m.first, m.last from (
    select journal, lag(last, 1, 0::bigint) over (partition by journal order by first) + 1 as first, first - 1 as last,
      row_number() over (partition by journal order by first) as n from spans
  ) m join journals j on j.id = m.journal where m.first <= m.last and m.n <= ${MISSING_PER_JOURNAL} limit $1`;

// Missing numbers inside a gap that is open already are what is left of that gap.
const OPEN = `insert into gaps (journal, first, last, state, opened_ms)
  select id, $4, $5, 'open', $6 from journals j
  where device = $1 and epoch = $2 and stream = $3 and not exists (
    select 1 from gaps g where g.journal = j.id and g.state = 'open' and g.first <= $4 and g.last >= $5)`;

/** Table `gaps`: numbers that stayed missing longer than the reorder timeout, and how that ended. */
export class PostgresGaps implements GapStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async missing(limit: number): Promise<readonly StreamRange[]> {
    return rowsOf<StreamRange>(this.#pool, MISSING, [limit]);
  }

  async reconcile(overdue: readonly StreamRange[], atMs: number): Promise<readonly GapRow[]> {
    return inTransaction(this.#pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${RECONCILE_LOCK})`);
      for (const { device, epoch, stream, first, last } of overdue) {
        await tx.query(OPEN, [device, epoch, stream, first, last, atMs]);
      }
      const stillOpen: GapRow[] = [];
      for (const gap of await rowsOf<GapSql>(tx, `${GAPS} where g.state = 'open' order by g.id`)) {
        const missing = await missingIn(tx, gap);
        if (missing > 0) stillOpen.push(toGapRow(gap, missing));
        else {
          const state = (await wasDeclared(tx, gap)) ? 'declared' : 'closed';
          await tx.query('update gaps set state = $1, closed_ms = $2 where id = $3', [state, atMs, gap.id]);
        }
      }
      return stillOpen;
    });
  }

  async noteRequest(gap: number, atMs: number): Promise<void> {
    await this.#pool.query('update gaps set requests = requests + 1, requested_ms = $1 where id = $2', [atMs, gap]);
  }

  async list(state: GapState | undefined, limit: number): Promise<readonly GapRow[]> {
    const rows = await rowsOf<GapSql>(
      this.#pool,
      `${GAPS} where $1::text is null or g.state = $1 order by g.id desc limit $2`,
      [state ?? null, limit],
    );
    const list: GapRow[] = [];
    for (const gap of rows) list.push(toGapRow(gap, gap.state === 'open' ? await missingIn(this.#pool, gap) : 0));
    return list;
  }
}

async function missingIn(db: Queryable, { journal, first, last }: GapSql): Promise<number> {
  return last - first + 1 - (await coveredBySpans(db, journal, [first, last]));
}

async function wasDeclared(tx: Queryable, { journal, first, last }: GapSql): Promise<boolean> {
  const [row] = await rowsOf<{ n: number }>(
    tx,
    'select count(*) as n from records where journal = $1 and seq between $2 and $3',
    [journal, first, last],
  );
  return (row?.n ?? 0) < last - first + 1;
}
