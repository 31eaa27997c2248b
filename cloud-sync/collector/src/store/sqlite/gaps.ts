import type Database from 'better-sqlite3';
import type { Stream } from '@lineside/protocol';
import type { GapRow, GapState, Span, StreamKey } from '../store.ts';
import { Spans } from './spans.ts';

interface GapSql extends Span {
  readonly id: number;
  readonly journal: number;
  readonly device: string;
  readonly epoch: string;
  readonly stream: string;
  readonly state: GapState;
  readonly opened_ms: number;
  readonly closed_ms: number | null;
  readonly requests: number;
  readonly requested_ms: number | null;
}

/** So that one appliance with many holes does not hide those of the others. */
const HOLES_PER_JOURNAL = 64;

const HOLES = `select j.device, j.epoch, j.stream, h.first, h.last from (
    select journal, lag(last, 1, 0) over (partition by journal order by first) + 1 as first, first - 1 as last,
      row_number() over (partition by journal order by first) as n from spans
  ) h join journals j on j.id = h.journal where h.first <= h.last and h.n <= ${HOLES_PER_JOURNAL} limit ?`;

const GAPS = `select g.id, g.journal, j.device, j.epoch, j.stream, g.first, g.last, g.state, g.opened_ms, g.closed_ms,
    g.requests, g.requested_ms from gaps g join journals j on j.id = g.journal`;

/** Table `gaps`: holes that outlived the reorder timeout, and what became of them. */
export class GapBook {
  readonly #db: Database.Database;
  readonly #spans: Spans;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#spans = new Spans(db);
  }

  holes(limit: number): (StreamKey & Span)[] {
    return this.#db.prepare<[number], StreamKey & Span>(HOLES).all(limit);
  }

  /** Inside the caller's transaction. */
  reconcile(ripe: readonly (StreamKey & Span)[], atMs: number): GapRow[] {
    for (const hole of ripe) this.#open(hole, atMs);
    const close = this.#db.prepare<[string, number, number]>('update gaps set state = ?, closed_ms = ? where id = ?');
    const stillOpen: GapRow[] = [];
    for (const gap of this.#db.prepare<[], GapSql>(`${GAPS} where g.state = 'open'`).all()) {
      const missing = this.#missing(gap);
      if (missing > 0) stillOpen.push(toRow(gap, missing));
      else close.run(this.#wasDeclared(gap) ? 'declared' : 'closed', atMs, gap.id);
    }
    return stillOpen;
  }

  noteRequest(gap: number, atMs: number): void {
    this.#db.prepare('update gaps set requests = requests + 1, requested_ms = ? where id = ?').run(atMs, gap);
  }

  list(state: GapState | undefined, limit: number): GapRow[] {
    const rows =
      state === undefined
        ? this.#db.prepare<[number], GapSql>(`${GAPS} order by g.id desc limit ?`).all(limit)
        : this.#db
            .prepare<[string, number], GapSql>(`${GAPS} where g.state = ? order by g.id desc limit ?`)
            .all(state, limit);
    return rows.map((gap) => toRow(gap, gap.state === 'open' ? this.#missing(gap) : 0));
  }

  /** A hole inside a gap that is open already is what is left of that gap. */
  #open({ device, epoch, stream, first, last }: StreamKey & Span, atMs: number): void {
    this.#db
      .prepare(
        `insert into gaps (journal, first, last, state, opened_ms)
         select id, :first, :last, 'open', :atMs from journals j
         where device = :device and epoch = :epoch and stream = :stream and not exists (
           select 1 from gaps g where g.journal = j.id and g.state = 'open' and g.first <= :first and g.last >= :last)`,
      )
      .run({ device, epoch, stream, first, last, atMs });
  }

  #missing(gap: GapSql): number {
    return gap.last - gap.first + 1 - this.#spans.covered(gap.journal, gap.first, gap.last);
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

function toRow(gap: GapSql, missing: number): GapRow {
  const { id, device, epoch, first, last, state, requests } = gap;
  return {
    ...{ id, device, epoch, first, last, state, requests, missing },
    stream: gap.stream as Stream,
    openedMs: gap.opened_ms,
    closedMs: gap.closed_ms,
    requestedMs: gap.requested_ms,
  };
}
