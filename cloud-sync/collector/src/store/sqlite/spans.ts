import type Database from 'better-sqlite3';
import { outsideRanges, type SeqRange } from '@lineside/protocol';

type Bounds = [journal: number, first: number, last: number];
interface SpanSql {
  readonly first: number;
  readonly last: number;
}

// Ranges never overlap, so only the one that starts at or before `first` can reach into it from below; looking it up
// by key keeps the cost independent of how many ranges a hostile device makes.
const startingFrom = (table: SpanTable): string => `first >= coalesce(
  (select max(first) from ${table} where journal = :journal and first <= :first), :first)`;

/** `spans`: numbers that are accounted for. `transferred`: those among them whose records a later journal has. */
type SpanTable = 'spans' | 'transferred';

/** Which numbers of a journal are stored or declared: ranges that neither overlap nor touch, in a table of them. */
export class Spans {
  readonly #touching: Database.Statement<
    [{ journal: number; first: number; last: number }],
    { first: number | null; last: number | null; size: number | null }
  >;
  readonly #overlapping: Database.Statement<[{ journal: number; first: number; last: number }], SpanSql>;
  readonly #drop: Database.Statement<Bounds>;
  readonly #insert: Database.Statement<Bounds>;
  readonly #lowest: Database.Statement<[number, number], SpanSql>;

  constructor(db: Database.Database, table: SpanTable = 'spans') {
    this.#touching = db.prepare(
      `select min(first) as first, max(last) as last, sum(last - first + 1) as size from ${table}
       where journal = :journal and ${startingFrom(table)} and first <= :last + 1 and last >= :first - 1`,
    );
    this.#overlapping = db.prepare(
      `select first, last from ${table}
       where journal = :journal and ${startingFrom(table)} and first <= :last and last >= :first order by first`,
    );
    this.#drop = db.prepare(`delete from ${table} where journal = ? and first >= ? and first <= ?`);
    this.#insert = db.prepare(`insert into ${table} (journal, first, last) values (?, ?, ?)`);
    this.#lowest = db.prepare(`select first, last from ${table} where journal = ? order by first limit ?`);
  }

  /** Adds a range, merging it with those that it overlaps or touches; returns how many numbers are new. */
  add(journal: number, [first, last]: SeqRange): number {
    const touching = this.#touching.get({ journal, first, last });
    const from = Math.min(touching?.first ?? first, first);
    const to = Math.max(touching?.last ?? last, last);
    this.#drop.run(journal, from, to);
    this.#insert.run(journal, from, to);
    return to - from + 1 - (touching?.size ?? 0);
  }

  /** The lowest `limit` ranges. */
  lowest(journal: number, limit: number): SeqRange[] {
    return this.#lowest.all(journal, limit).map(({ first, last }) => [first, last]);
  }

  /** The parts of a range that are neither stored nor declared. */
  outside(journal: number, [first, last]: SeqRange): readonly SeqRange[] {
    if (last < first) return [];
    const spans = this.#overlapping.all({ journal, first, last });
    return outsideRanges(
      [first, last],
      spans.map((span): SeqRange => [span.first, span.last]),
    );
  }

  /** How many numbers of a range are stored or declared. */
  covered(journal: number, [first, last]: SeqRange): number {
    return this.#overlapping
      .all({ journal, first, last })
      .reduce((sum, span) => sum + Math.min(span.last, last) - Math.max(span.first, first) + 1, 0);
  }
}
