import { mergeRanges, type SeqRange, STREAMS, type Stream } from '@lineside/protocol/records';
import type Database from 'better-sqlite3';
import { openForReading } from '../database.ts';
import { journalError } from '../errors.ts';
import { InstanceMark } from '../instance-mark.ts';
import { readMeta } from '../meta.ts';
import { SIGNING_KEY } from '../pinned-key.ts';
import { StreamTable } from '../stream-table.ts';
import { rowsInPages } from './pages.ts';
import type { Quarantined } from './quarantine.ts';
import { type Anchor, type SalvagedRow, sortRows, startsOf } from './sort-rows.ts';

/** An evidence file that the old journal knew. */
export interface KnownEvidence {
  readonly sha256: string;
  readonly bytes: number;
  readonly event: string;
  readonly number: number;
  readonly wall_ms: number;
  readonly uploaded: number;
}

/** How much of a stream the collector has, as far as the old journal knew. */
interface DeliveryState {
  readonly acked: number;
  readonly sack: readonly SeqRange[];
  /** Highest number ever given, as far as is known. */
  readonly last: number;
}

const CHUNK = 500;

/**
 * A quarantined journal, read without changing a byte of it: through SQLite as far as that works, and from its raw pages
 * after that.
 */
export class SalvageSource {
  readonly device: string | undefined;
  readonly epoch: string | undefined;
  /** The key that the old journal was signed with, where it can be read. */
  readonly signingKey: string | undefined;
  readonly #quarantined: Quarantined;
  readonly #database: Database.Database | undefined;
  readonly #deliveryStates: ReadonlyMap<Stream, DeliveryState>;
  readonly #anchors: readonly Anchor[];
  #raw: ReadonlyMap<Stream, ReadonlyMap<number, SalvagedRow>> | undefined;

  constructor(quarantined: Quarantined) {
    this.#quarantined = quarantined;
    this.#database = openIfPossible(quarantined.databasePath);
    const mark = new InstanceMark(quarantined.databasePath).read();
    this.device = this.#meta('device') ?? mark?.device;
    this.epoch = this.#meta('epoch') ?? mark?.epoch;
    this.signingKey = this.#meta(SIGNING_KEY);
    const heads = STREAMS.map((stream) => [stream, this.#headOf(stream)] as const);
    this.#deliveryStates = new Map(
      heads.map(([stream, head]) => {
        const { next = 1, acked = 0 } = mark?.streams[stream] ?? {};
        const last = Math.max(next, head?.next ?? 1) - 1;
        return [stream, { acked: Math.max(acked, head?.acked ?? 0), sack: head?.sack ?? [], last }];
      }),
    );
    const starts = this.device === undefined || this.epoch === undefined ? [] : startsOf(this.device, this.epoch);
    const bases = heads.flatMap(([stream, head]) =>
      head === undefined ? [] : [{ stream, seq: head.base, hash: head.baseHash }],
    );
    this.#anchors = [...starts, ...bases];
  }

  /** What the collector lacks: `from..to`, without the ranges that it has beyond its watermark. */
  wanted(stream: Stream): { readonly range: SeqRange; readonly sack: readonly SeqRange[] } {
    const { acked, sack, last } = this.#deliveryState(stream);
    return { range: [acked + 1, last === 0 ? this.#highestRaw(stream) : last], sack: mergeRanges(sack, acked) };
  }

  /** Records that the collector lacks, by rising number. */
  *undelivered(stream: Stream): Generator<SalvagedRow> {
    const { range, sack } = this.wanted(stream);
    let reached = range[0] - 1;
    const lacking = (row: SalvagedRow): boolean => !sack.some(([a, b]) => row.seq >= a && row.seq <= b);
    for (const row of this.#bySql(stream, range)) {
      reached = row.seq;
      if (lacking(row)) yield row;
    }
    if (reached >= range[1]) return;
    const rows = [...(this.#scan().get(stream)?.values() ?? [])].filter((row) => row.seq > reached);
    for (const row of rows.toSorted((a, b) => a.seq - b.seq)) if (lacking(row)) yield row;
  }

  /** The table of evidence; undefined where it cannot be read. */
  evidence(): readonly KnownEvidence[] | undefined {
    try {
      return this.#database?.prepare<[], KnownEvidence>('SELECT * FROM evidence ORDER BY number').all();
    } catch (error) {
      return unlessDamaged(error, this.#quarantined.databasePath);
    }
  }

  close(): void {
    this.#database?.close();
  }

  #deliveryState(stream: Stream): DeliveryState {
    return this.#deliveryStates.get(stream) ?? { acked: 0, sack: [], last: 0 };
  }

  /** For when neither database nor mark say how far the stream had come. */
  #highestRaw(stream: Stream): number {
    if (this.#database !== undefined && this.epoch !== undefined) return 0;
    let highest = 0;
    for (const seq of this.#scan().get(stream)?.keys() ?? []) highest = Math.max(highest, seq);
    return highest;
  }

  *#bySql(stream: Stream, [from, to]: SeqRange): Generator<SalvagedRow> {
    if (this.#database === undefined) return;
    try {
      const table = new StreamTable(this.#database, stream);
      for (let next = from; next <= to; ) {
        const rows = table.read(next, Math.min(CHUNK, to - next + 1));
        for (const row of rows) {
          // A missing number may be on another page.
          if (row.seq !== next) return;
          yield { ...row, hash: row.hash.toString('hex'), proved: true };
          next = row.seq + 1;
        }
        if (rows.length === 0) return;
      }
    } catch (error) {
      unlessDamaged(error, this.#quarantined.databasePath);
    }
  }

  #scan(): ReadonlyMap<Stream, ReadonlyMap<number, SalvagedRow>> {
    this.#raw ??= sortRows(rowsInPages(this.#quarantined.databasePath), this.#anchors);
    return this.#raw;
  }

  #meta(key: string): string | undefined {
    try {
      return this.#database && readMeta(this.#database, key);
    } catch (error) {
      return unlessDamaged(error, this.#quarantined.databasePath);
    }
  }

  #headOf(stream: Stream): ReturnType<StreamTable['head']> {
    try {
      return this.#database && new StreamTable(this.#database, stream).head();
    } catch (error) {
      return unlessDamaged(error, this.#quarantined.databasePath);
    }
  }
}

function openIfPossible(path: string): Database.Database | undefined {
  try {
    return openForReading(path);
  } catch (error) {
    return unlessDamaged(error, path);
  }
}

/** Salvage expects damage; any other error is thrown. */
function unlessDamaged(thrown: unknown, path: string): undefined {
  if (thrown instanceof SyntaxError) return undefined;
  const error = journalError(thrown, path, 'cannot salvage');
  const known = ['journal_damaged', 'journal_foreign', 'journal_absent', 'journal_io', 'data_folder_unwritable'];
  if (!known.includes(error.code)) throw error;
  return undefined;
}
