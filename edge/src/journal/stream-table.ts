import type Database from 'better-sqlite3';
import {
  mergeRanges,
  readTombstoneBody,
  type SeqRange,
  type Stream,
  type TombstoneBody,
} from '@lineside/protocol/records';
import { tableOf } from './schema.ts';

/** Where a stream stands; hashes are 64 hex digits. */
export interface StreamHead {
  readonly next: number;
  readonly head: string;
  /** The last number no longer held (0: none) and its hash. */
  readonly base: number;
  readonly baseHash: string;
  /** Everything up to here is committed at the collector, and the ranges above it. */
  readonly acked: number;
  readonly sack: readonly SeqRange[];
  /** Numbers given up before the collector had them, each named in a tombstone. */
  readonly declared: number;
  /** Of the records held, UTF-8. */
  readonly bytes: number;
}

export interface StoredRecord {
  readonly seq: number;
  readonly kind: string;
  readonly json: string;
  readonly hash: Buffer;
}

/** A tombstone held in a stream, under its own number. */
export interface HeldTombstone {
  readonly seq: number;
  readonly body: TombstoneBody;
}

interface HeadRow {
  readonly next_seq: number;
  readonly head: Buffer;
  readonly base_seq: number;
  readonly base_hash: Buffer;
  readonly acked: number;
  readonly sack: string;
  readonly declared: number;
  readonly bytes: number;
}

/** The rows of one stream: statements only, no policy. Transactions are the caller's. */
export class StreamTable {
  readonly stream: Stream;
  readonly #readHead: Database.Statement<[string], HeadRow>;
  readonly #writeHead: Database.Statement<[object]>;
  readonly #advanceHead: Database.Statement<[number, Buffer, number, string]>;
  readonly #insert: Database.Statement<[number, string, string, Buffer]>;
  readonly #range: Database.Statement<[number, number], StoredRecord>;
  readonly #tombstones: Database.Statement<[], StoredRecord>;
  readonly #bytesUpTo: Database.Statement<[number], number>;
  readonly #bounds: Database.Statement<[], { readonly low: number | null; readonly high: number | null }>;
  readonly #transferred: Database.Statement<[number, number], StoredRecord>;
  readonly #deleteUpTo: Database.Statement<[number]>;

  constructor(database: Database.Database, stream: Stream) {
    const table = tableOf(stream);
    this.stream = stream;
    this.#readHead = database.prepare('SELECT * FROM stream_head WHERE stream = ?');
    this.#writeHead = database.prepare(`INSERT OR REPLACE INTO stream_head
      VALUES (@stream, @next, @head, @base, @baseHash, @acked, @sack, @declared, @bytes)`);
    this.#advanceHead = database.prepare('UPDATE stream_head SET next_seq = ?, head = ?, bytes = ? WHERE stream = ?');
    this.#insert = database.prepare(`INSERT INTO ${table}(seq, kind, json, hash) VALUES (?, ?, ?, ?)`);
    this.#range = database.prepare(`SELECT seq, kind, json, hash FROM ${table} WHERE seq >= ? ORDER BY seq LIMIT ?`);
    this.#tombstones = database.prepare(
      `SELECT seq, kind, json, hash FROM ${table} WHERE kind = 'tombstone' ORDER BY seq`,
    );
    this.#bytesUpTo = database
      .prepare<[number], number>(`SELECT coalesce(sum(octet_length(json)), 0) FROM ${table} WHERE seq <= ?`)
      .pluck();
    this.#bounds = database.prepare(`SELECT min(seq) AS low, max(seq) AS high FROM ${table}`);
    this.#transferred = database.prepare(
      `SELECT seq, kind, json, hash FROM ${table} WHERE seq BETWEEN ? AND ? AND instr(json, '"was":{') > 0 ORDER BY seq`,
    );
    this.#deleteUpTo = database.prepare(`DELETE FROM ${table} WHERE seq <= ?`);
  }

  /** Undefined in a journal that does not know the stream yet. */
  head(): StreamHead | undefined {
    const row = this.#readHead.get(this.stream);
    if (row === undefined) return undefined;
    return {
      next: row.next_seq,
      head: row.head.toString('hex'),
      base: row.base_seq,
      baseHash: row.base_hash.toString('hex'),
      acked: row.acked,
      sack: parseSack(row.sack),
      declared: row.declared,
      bytes: row.bytes,
    };
  }

  write(head: StreamHead): void {
    this.#writeHead.run({
      ...head,
      stream: this.stream,
      head: Buffer.from(head.head, 'hex'),
      baseHash: Buffer.from(head.baseHash, 'hex'),
      sack: JSON.stringify(head.sack),
    });
  }

  /** As `write`, where nothing but the end has moved since. */
  advance({ next, head, bytes }: StreamHead): void {
    this.#advanceHead.run(next, Buffer.from(head, 'hex'), bytes, this.stream);
  }

  insert(seq: number, kind: string, json: string, hash: string): void {
    this.#insert.run(seq, kind, json, Buffer.from(hash, 'hex'));
  }

  /** At most `limit` records from `from` upwards. */
  read(from: number, limit: number): readonly StoredRecord[] {
    return this.#range.all(from, limit);
  }

  at(seq: number): StoredRecord | undefined {
    const row = this.#range.get(seq, 1);
    return row?.seq === seq ? row : undefined;
  }

  /** Lowest and highest number that has a row; undefined where none has. */
  bounds(): SeqRange | undefined {
    const row = this.#bounds.get();
    return row === undefined || row.low === null || row.high === null ? undefined : [row.low, row.high];
  }

  /** Records in a range that recovery has transferred from an earlier journal. */
  transferredIn([from, to]: SeqRange): readonly StoredRecord[] {
    return this.#transferred.all(from, to);
  }

  tombstones(): readonly HeldTombstone[] {
    return this.#tombstones.all().flatMap((row) => {
      const body = tombstoneBody(row.json);
      return body === undefined ? [] : [{ seq: row.seq, body }];
    });
  }

  /** Deletes everything up to `upto`; returns the bytes of JSON that went. */
  deleteUpTo(upto: number): number {
    const bytes = this.#bytesUpTo.get(upto) ?? 0;
    this.#deleteUpTo.run(upto);
    return bytes;
  }
}

/** The body of a stored tombstone; undefined where the text is not one. */
export function tombstoneBody(json: string): TombstoneBody | undefined {
  const record: unknown = JSON.parse(json);
  const body = typeof record === 'object' && record !== null && 'b' in record ? record.b : undefined;
  return readTombstoneBody(body);
}

/** Lowest number that is held and not confirmed. */
export function firstQueued(head: StreamHead): number {
  let candidate = Math.max(head.acked, head.base) + 1;
  for (const [a, b] of head.sack) if (candidate >= a && candidate <= b) candidate = b + 1;
  return candidate;
}

function parseSack(text: string): readonly SeqRange[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return [];
  const ranges = value.flatMap((pair: unknown): SeqRange[] =>
    Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'number' ? [[pair[0], pair[1]]] : [],
  );
  return mergeRanges(ranges);
}
