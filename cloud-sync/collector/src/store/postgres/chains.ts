import type pg from 'pg';
import type { SignatureProblem, Span, StreamKey } from '../store.ts';
import type { ChainSource, Retired, StoredJournal, StoredRow } from '../../records/verify.ts';
import { rowsOf } from './database.ts';
import { Queries } from './queries.ts';

type JournalSql = StreamKey & { readonly id: number; readonly stored: number } & {
  readonly [name in keyof Retired]: Retired[name] | null;
};

const JOURNALS = `select j.id, j.device, j.epoch, j.stream, j.stored, r.last, r.head, r.count
  from journals j left join retired r on r.journal = j.id`;

function toJournal({ last, head, count, ...journal }: JournalSql): StoredJournal {
  return { ...journal, retired: last === null || head === null || count === null ? undefined : { last, head, count } };
}

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
    return (await rowsOf<JournalSql>(this.#pool, `${JOURNALS} order by j.id`)).map(toJournal);
  }

  async journal(id: number): Promise<StoredJournal | undefined> {
    return (await rowsOf<JournalSql>(this.#pool, `${JOURNALS} where j.id = $1`, [id])).map(toJournal)[0];
  }

  async rows(journal: number, after: number, limit: number): Promise<readonly StoredRow[]> {
    return rowsOf<StoredRow>(
      this.#pool,
      'select seq, hash, kind, wall_ms, json from records where journal = $1 and seq > $2 order by seq limit $3',
      [journal, after, limit],
    );
  }

  async declaredIn(journal: number, first: number, last: number): Promise<readonly Span[]> {
    return rowsOf<Span>(
      this.#pool,
      'select first, last from declared where journal = $1 and first <= $3 and last >= $2 order by first',
      [journal, first, last],
    );
  }

  async accounted(journal: number, first: number, last: number): Promise<boolean> {
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
    return new Queries(this.#pool).signatureProblems(limit);
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
