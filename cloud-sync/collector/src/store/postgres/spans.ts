import { outsideRanges, type SeqRange } from '@lineside/protocol';
import { rowsOf, type Queryable } from './database.ts';

// Ranges never overlap, so only the one that starts at or before `first` can reach into it from below; looking it up
// by key keeps the cost independent of how many ranges a hostile device makes.
const startingFrom = (table: SpanTable): string =>
  `first >= coalesce((select max(first) from ${table} where journal = $1 and first <= $2), $2)`;

/** `spans`: numbers that are accounted for. `transferred`: those among them whose records a later journal has. */
type SpanTable = 'spans' | 'transferred';

const addTo = (table: SpanTable): string => `with touching as (
    delete from ${table} where journal = $1 and ${startingFrom(table)} and first <= $3 + 1 and last >= $2 - 1
    returning first, last
  ), whole as (
    select least($2::bigint, min(first)) as first, greatest($3::bigint, max(last)) as last,
      coalesce(sum(last - first + 1), 0)::bigint as size from touching
  ), added as (
    insert into ${table} (journal, first, last) select $1, first, last from whole
  ) select last - first + 1 - size as added from whole`;

/** Adds a range to a journal's, merging it with those that it overlaps or touches; returns how many numbers are new. */
export async function addSpan(
  tx: Queryable,
  journal: number,
  [first, last]: SeqRange,
  table: SpanTable = 'spans',
): Promise<number> {
  const [row] = await rowsOf<{ added: number }>(tx, addTo(table), [journal, first, last]);
  return row?.added ?? 0;
}

/** The lowest `limit` ranges. */
export async function lowestSpans(db: Queryable, journal: number, limit: number): Promise<SeqRange[]> {
  const sql = 'select first, last from spans where journal = $1 order by first limit $2';
  const rows = await rowsOf<{ first: number; last: number }>(db, sql, [journal, limit]);
  return rows.map(({ first, last }) => [first, last]);
}

/** How many numbers of a range are stored or declared. */
export async function coveredBySpans(db: Queryable, journal: number, [first, last]: SeqRange): Promise<number> {
  const [row] = await rowsOf<{ covered: number }>(
    db,
    `select coalesce(sum(least(last, $3) - greatest(first, $2) + 1), 0)::bigint as covered from spans
     where journal = $1 and ${startingFrom('spans')} and first <= $3 and last >= $2`,
    [journal, first, last],
  );
  return row?.covered ?? 0;
}

/** The parts of a range that are neither stored nor declared. */
export async function outsideSpans(
  db: Queryable,
  journal: number,
  [first, last]: SeqRange,
): Promise<readonly SeqRange[]> {
  if (last < first) return [];
  const sql = `select first, last from spans where journal = $1 and ${startingFrom('spans')} and first <= $3 and last >= $2
    order by first`;
  const rows = await rowsOf<{ first: number; last: number }>(db, sql, [journal, first, last]);
  return outsideRanges(
    [first, last],
    rows.map((row): SeqRange => [row.first, row.last]),
  );
}
