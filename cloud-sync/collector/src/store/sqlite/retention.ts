import type Database from 'better-sqlite3';

interface Candidate {
  readonly id: number;
  /** Everything up to here is accounted for. */
  readonly upto: number;
}

const CANDIDATES = `select j.id, s.last as upto from journals j
  join spans s on s.journal = j.id and s.first = 1 where j.stream = ?`;

// Numbers of one stream come mostly in order, so the old ones are the first ones; the first that is not old ends it.
const CUT = `select max(seq) as seq, count(*) as n from (
    select seq from records where journal = :journal and seq <= :upto and seq < coalesce((
      select seq from records where journal = :journal and received_ms >= :before order by seq limit 1), 9e15)
    order by seq limit :limit)`;

/** Takes old records of a stream away, inside the caller's transaction; returns how many. */
export function retireRecords(
  db: Database.Database,
  stream: string,
  before: number,
  limit: number,
  atMs: number,
): number {
  let taken = 0;
  for (const { id, upto } of db.prepare<[string], Candidate>(CANDIDATES).all(stream)) {
    const { seq, n } = db
      .prepare<[object], { seq: number | null; n: number }>(CUT)
      .get({ journal: id, upto, before, limit }) ?? { seq: null, n: 0 };
    if (seq !== null) taken += retireUpTo(db, id, seq, n, atMs);
  }
  return taken;
}

function retireUpTo(db: Database.Database, journal: number, seq: number, count: number, atMs: number): number {
  db.prepare(
    `insert into retired (journal, last, head, count, at_ms)
     select journal, seq, hash, :count, :atMs from records where journal = :journal and seq = :seq
     on conflict do update set last = excluded.last, head = excluded.head, count = count + excluded.count,
       at_ms = excluded.at_ms`,
  ).run({ journal, seq, count, atMs });
  const old = 'where journal = ? and seq <= ?';
  db.prepare(`delete from expected_media where (device, event) in (select device, event from events ${old})`).run(
    journal,
    seq,
  );
  for (const table of ['events', 'records']) db.prepare(`delete from ${table} ${old}`).run(journal, seq);
  return count;
}
