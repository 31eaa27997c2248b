import { join } from 'node:path';
import Database from 'better-sqlite3';
import { mergeRanges, type SeqRange } from '@lineside/protocol';
import type { TestPostgres } from '../support/postgres.ts';

export interface StreamBooks {
  readonly device: string;
  readonly epoch: string;
  readonly stream: string;
  /** Numbers that are stored or declared. */
  readonly spans: readonly SeqRange[];
  readonly stored: number;
  /** Highest number stored, and its chain hash. */
  readonly last: number;
  readonly head: string;
}

type Cells = Readonly<Record<string, string | number>>;
type Query = (sql: string) => Promise<readonly Cells[]>;

/** Reads the collector's tables directly: its own figures are what is to be proved. */
export class Books {
  readonly #query: Query;
  readonly #recordId: string;

  private constructor(query: Query, recordId: string) {
    this.#query = query;
    this.#recordId = recordId;
  }

  static sqlite(data: string): Books {
    const query: Query = async (sql) => {
      const database = new Database(join(data, 'collector.sqlite'), { readonly: true, timeout: 10_000 });
      try {
        return database.prepare<[], Cells>(sql).all();
      } finally {
        database.close();
      }
    };
    return new Books(query, "json ->> '$.id'");
  }

  static postgres(server: TestPostgres, database: string): Books {
    return new Books((sql) => server.run<Cells>(database, sql), "json::json ->> 'id'");
  }

  async streams(): Promise<readonly StreamBooks[]> {
    const spans = await this.#query('select journal, first, last from spans');
    const rows = await this.#query(`select j.id, j.device, j.epoch, j.stream, count(r.seq) as stored,
      coalesce(max(r.seq), 0) as last from journals j left join records r on r.journal = j.id
      group by j.id, j.device, j.epoch, j.stream`);
    return Promise.all(
      rows.map(async (row) => {
        const [end] = await this.#query(
          `select hash from records where journal = ${Number(row['id'])} and seq = ${Number(row['last'])}`,
        );
        const own = spans.filter((span) => Number(span['journal']) === Number(row['id']));
        return {
          device: String(row['device']),
          epoch: String(row['epoch']),
          stream: String(row['stream']),
          spans: mergeRanges(own.map((span): SeqRange => [Number(span['first']), Number(span['last'])])),
          stored: Number(row['stored']),
          last: Number(row['last']),
          head: String(end?.['hash'] ?? ''),
        };
      }),
    );
  }

  /** Rows that repeat another row's record; `first`: among records that were not transferred by a recovery. */
  async doubleRows(which: 'all' | 'first' = 'all'): Promise<number> {
    const only = which === 'all' ? '' : `where json not like '%"was":{%'`;
    const [row] = await this.#query(
      `select count(*) - count(distinct ${this.#recordId}) as doubles from records ${only}`,
    );
    return Number(row?.['doubles'] ?? 0);
  }

  async stored(): Promise<number> {
    const [row] = await this.#query('select count(*) as stored from records');
    return Number(row?.['stored'] ?? 0);
  }

  /** Records whose wall clock was behind what time has certainly passed. */
  async suspect(): Promise<number> {
    const [row] = await this.#query(`select count(*) as suspect from records where json like '%"q":"suspect"%'`);
    return Number(row?.['suspect'] ?? 0);
  }

  /** Records of one boot whose monotonic time goes back where their numbers go on; SQLite only. */
  async misordered(): Promise<number> {
    const [row] = await this.#query(`select count(*) as wrong from (
      select json ->> '$.m' as m,
        lag(json ->> '$.m') over (partition by journal, json ->> '$.boot' order by seq) as before
      from records) where m < before`);
    return Number(row?.['wrong'] ?? 0);
  }

  async troubles(): Promise<readonly string[]> {
    const breaks = await this.#query('select seq, link from chain_breaks');
    const conflicts = await this.#query('select seq from conflicts');
    return [
      ...breaks.map((row) => `the chain does not fit at ${row['seq'] ?? ''} (${row['link'] ?? ''})`),
      ...conflicts.map((row) => `record ${row['seq'] ?? ''} came again changed`),
    ];
  }
}
