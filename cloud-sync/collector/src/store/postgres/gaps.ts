import type pg from 'pg';
import type { GapRow, GapState, Span, StreamKey } from '../store.ts';
import { inTransaction, rowsOf, type Queryable } from './database.ts';
import { coveredBySpans } from './spans.ts';

type GapSql = StreamKey &
  Span & {
    readonly id: number;
    readonly journal: number;
    readonly state: GapState;
    readonly opened_ms: number;
    readonly closed_ms: number | null;
    readonly requests: number;
    readonly requested_ms: number | null;
  };

/** So that one appliance with many holes does not hide those of the others. */
const HOLES_PER_JOURNAL = 64;
/** Collectors that reconcile at the same time take turns. */
const RECONCILE_LOCK = 7_104_894;

const HOLES = `select j.device, j.epoch, j.stream, h.first, h.last from (
    select journal, lag(last, 1, 0::bigint) over (partition by journal order by first) + 1 as first, first - 1 as last,
      row_number() over (partition by journal order by first) as n from spans
  ) h join journals j on j.id = h.journal where h.first <= h.last and h.n <= ${HOLES_PER_JOURNAL} limit $1`;

const GAPS = `select g.id, g.journal, j.device, j.epoch, j.stream, g.first, g.last, g.state, g.opened_ms, g.closed_ms,
    g.requests, g.requested_ms from gaps g join journals j on j.id = g.journal`;

// A hole inside a gap that is open already is what is left of that gap.
const OPEN = `insert into gaps (journal, first, last, state, opened_ms)
  select id, $4, $5, 'open', $6 from journals j
  where device = $1 and epoch = $2 and stream = $3 and not exists (
    select 1 from gaps g where g.journal = j.id and g.state = 'open' and g.first <= $4 and g.last >= $5)`;

/** Table `gaps`: holes that outlived the reorder timeout, and what became of them. */
export class GapBook {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async holes(limit: number): Promise<(StreamKey & Span)[]> {
    return rowsOf<StreamKey & Span>(this.#pool, HOLES, [limit]);
  }

  async reconcile(ripe: readonly (StreamKey & Span)[], atMs: number): Promise<GapRow[]> {
    return inTransaction(this.#pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${RECONCILE_LOCK})`);
      for (const { device, epoch, stream, first, last } of ripe) {
        await tx.query(OPEN, [device, epoch, stream, first, last, atMs]);
      }
      const stillOpen: GapRow[] = [];
      for (const gap of await rowsOf<GapSql>(tx, `${GAPS} where g.state = 'open' order by g.id`)) {
        const missing = await missingIn(tx, gap);
        if (missing > 0) stillOpen.push(toRow(gap, missing));
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

  async list(state: GapState | undefined, limit: number): Promise<GapRow[]> {
    const rows = await rowsOf<GapSql>(
      this.#pool,
      `${GAPS} where $1::text is null or g.state = $1 order by g.id desc limit $2`,
      [state ?? null, limit],
    );
    const list: GapRow[] = [];
    for (const gap of rows) list.push(toRow(gap, gap.state === 'open' ? await missingIn(this.#pool, gap) : 0));
    return list;
  }
}

async function missingIn(db: Queryable, gap: GapSql): Promise<number> {
  return gap.last - gap.first + 1 - (await coveredBySpans(db, gap.journal, gap));
}

async function wasDeclared(tx: Queryable, { journal, first, last }: GapSql): Promise<boolean> {
  const [row] = await rowsOf<{ n: number }>(
    tx,
    'select count(*) as n from records where journal = $1 and seq between $2 and $3',
    [journal, first, last],
  );
  return (row?.n ?? 0) < last - first + 1;
}

function toRow(gap: GapSql, missing: number): GapRow {
  const { id, device, epoch, stream, first, last, state, requests } = gap;
  return {
    ...{ id, device, epoch, stream, first, last, state, requests, missing },
    openedMs: gap.opened_ms,
    closedMs: gap.closed_ms,
    requestedMs: gap.requested_ms,
  };
}
