import { STREAMS, type Stream } from '@lineside/protocol/records';
import type Database from 'better-sqlite3';
import { openForReading } from './database.ts';
import type { DeclaredLoss, StreamStats } from './journal-types.ts';
import { readMeta } from './meta.ts';
import { lossesOf, statsOf, wallMsAt } from './stream-reading.ts';
import { StreamTable } from './stream-table.ts';

const CHUNK = 500;

/** Opens the journal for reading, beside a running service or without one. Throws `journal_absent` and its like. */
export function openJournalReader(path: string): JournalReader {
  return new JournalReader(openForReading(path));
}

/** The records and figures of a journal, read without a lock. Close it soon: readers keep the WAL from shrinking. */
export class JournalReader {
  readonly device: string;
  readonly epoch: string;
  readonly #database: Database.Database;
  readonly #tables: ReadonlyMap<Stream, StreamTable>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.device = readMeta(database, 'device') ?? '';
    this.epoch = readMeta(database, 'epoch') ?? '';
    this.#tables = new Map(STREAMS.map((stream) => [stream, new StreamTable(database, stream)]));
  }

  /** Canonical JSON texts of a stream's records, oldest first; reads in short steps. */
  *records(stream: Stream, from = 1): Generator<{ readonly seq: number; readonly json: string }> {
    const table = this.#tables.get(stream);
    let next = from;
    for (let rows = table?.read(next, CHUNK) ?? []; rows.length > 0; rows = table?.read(next, CHUNK) ?? []) {
      for (const { seq, json } of rows) yield { seq, json };
      next = (rows.at(-1)?.seq ?? next) + 1;
    }
  }

  stats(): Readonly<Partial<Record<Stream, StreamStats>>> {
    const known = [...this.#tables].flatMap(([stream, table]) => {
      const head = table.head();
      return head === undefined ? [] : [[stream, statsOf(head, (seq) => wallMsAt(table, seq))] as const];
    });
    return Object.fromEntries(known);
  }

  /** The newest declarations of loss of a stream, newest first. */
  losses(stream: Stream, most: number): readonly DeclaredLoss[] {
    const table = this.#tables.get(stream);
    return table === undefined ? [] : lossesOf(table, most);
  }

  close(): void {
    this.#database.close();
  }
}
