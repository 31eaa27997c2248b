import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { mergeRanges, type SeqRange, STREAMS, type Stream } from '@lineside/protocol';
import { messageOf } from '../kit/index.ts';
import { openForWriting } from './database.ts';
import { ackBeyond, damaged, isFull, storeError } from './errors.ts';
import type { AppendListener, Entry, JournalBatch, JournalOptions, Position, StreamStats } from './journal-types.ts';
import { readNumber, settleIdentity, writeMeta } from './meta.ts';
import { deliveredBefore } from './prune.ts';
import { RecordWriter } from './record-writer.ts';
import { chooseSacrifice } from './room-maker.ts';
import { readBatch, statsOf } from './stream-reading.ts';
import { type StreamHead, StreamTable } from './stream-table.ts';
import { type TimeLabel, TimeLabeller } from './time-label.ts';
import { declareGone, declareLost } from './tombstones.ts';
import { WriterLock } from './writer-lock.ts';

const FLOOR_STEP_MS = 10_000;
const MOST_SACRIFICES = 64;
const SACRIFICED_SHARE = 1 / 16;

/**
 * What the line promises to remember. Four streams of numbered records in one SQLite file; a number, its record and
 * the chain hash over it are written in one transaction that is on the disk when `append` returns. Nothing leaves
 * before the collector has confirmed it, or before a tombstone names it. One writer; see verify.ts and reader.ts for
 * everybody else.
 */
export class Journal {
  readonly device: string;
  readonly boot: string;
  readonly epoch: string;
  /** For this room: the evidence keeps its table in the same file, to be written in the same transaction. */
  readonly database: Database.Database;
  readonly #options: JournalOptions;
  readonly #lock: WriterLock;
  readonly #tables: ReadonlyMap<Stream, StreamTable>;
  readonly #times: TimeLabeller;
  readonly #writer: RecordWriter;
  readonly #listeners = new Set<AppendListener>();
  #floorWritten: number;

  private constructor(options: JournalOptions, lock: WriterLock, database: Database.Database, epoch: string) {
    this.#options = options;
    this.#lock = lock;
    this.database = database;
    this.device = options.device;
    this.boot = options.boot;
    this.epoch = epoch;
    this.#tables = new Map(STREAMS.map((stream) => [stream, new StreamTable(database, stream)]));
    const floor = { trusted: readNumber(database, 'floor_trusted'), seen: readNumber(database, 'floor_seen') };
    this.#times = new TimeLabeller(options.clock, options.synced, floor);
    this.#floorWritten = floor.seen;
    this.#writer = new RecordWriter(options.boot, options.random);
  }

  /**
   * Opens the journal for writing, making it where there is none. Throws StoreError: `journal_locked` where another
   * process writes it, `journal_newer`, `journal_other_device`, `journal_damaged`, `data_folder_unwritable`, ...
   */
  static open(options: JournalOptions): Journal {
    const { path, device, clock } = options;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    } catch (error) {
      throw storeError(error, dirname(path), 'cannot make the data folder');
    }
    const lock = WriterLock.take(path);
    let database: Database.Database | undefined;
    try {
      database = openForWriting(path, Math.round(clock.wallMs()), options.quotaBytes);
      const epoch = settleIdentity(database, path, device, options.random);
      return new Journal(options, lock, database, epoch);
    } catch (error) {
      database?.close();
      lock.release();
      throw storeError(error, path, `cannot open the journal of ${device} at`);
    }
  }

  /**
   * Writes `entries` in one transaction, over several streams where needed, and returns their numbers in the same
   * order; when it returns they are on the disk. `also` runs inside the transaction. Throws `record_refused` for a
   * body without a JSON form or too long to send, `journal_full` when nothing may be given up any more.
   */
  append(entries: readonly Entry[], also?: () => void): readonly Position[] {
    const label = this.#times.now();
    for (let sacrifices = 0; ; sacrifices += 1) {
      try {
        const positions = this.database
          .transaction(() => {
            const written = entries.map((entry) => this.#write(entry, label));
            also?.();
            this.#keepFloor();
            return written;
          })
          .immediate();
        this.#tell(positions);
        return positions;
      } catch (error) {
        const mayHelp = isFull(error) && sacrifices < MOST_SACRIFICES;
        if (!mayHelp || !this.#makeRoom()) throw storeError(error, this.#options.path, 'cannot write to');
      }
    }
  }

  /** Records from `from` (or the lowest held above it): at most `limit`, at most `maxBytes` of JSON, at least one. */
  read(stream: Stream, from: number, limit: number, maxBytes: number): JournalBatch | undefined {
    return readBatch(this.#table(stream), this.#head(stream), from, limit, maxBytes);
  }

  /**
   * The collector has committed everything up to `upto` and the ranges in `sack`. Repeats and old acks change nothing.
   * `srvTs` is its clock, wall ms. Throws `ack_beyond` for numbers that were never written.
   */
  ack(stream: Stream, upto: number, sack: readonly SeqRange[], srvTs?: number): void {
    const highest = Math.max(upto, ...sack.map(([, b]) => b));
    this.database
      .transaction(() => {
        const head = this.#head(stream);
        if (highest >= head.next) throw ackBeyond(stream, highest, head.next);
        const acked = Math.max(head.acked, upto);
        this.#table(stream).write({ ...head, acked, sack: mergeRanges(sack, acked) });
        if (srvTs !== undefined) this.#times.heard(srvTs);
        this.#keepFloor();
      })
      .immediate();
  }

  /**
   * Deletes at most `most` delivered records older than `keepDeliveredMs`, and gives pages back to the file system.
   * Returns how many went; call again while it is `most`.
   */
  prune(keepDeliveredMs: number, most = 2_000): number {
    const now = { ...this.#times.now(), boot: this.boot };
    let left = most;
    for (const table of this.#tables.values()) {
      this.database
        .transaction(() => {
          const head = this.#head(table.stream);
          const upto = deliveredBefore(table, head, keepDeliveredMs, now, left);
          left -= upto - head.base;
          if (upto > head.base) this.#drop(table, head, upto);
        })
        .immediate();
    }
    this.database.pragma('incremental_vacuum(256)');
    return most - left;
  }

  /**
   * Numbers of the tombstones that speak for what of `from..to` is no longer held. Where the collector asks again for
   * what it once confirmed and what has been pruned since, a tombstone is written now.
   */
  tombstones(stream: Stream, from: number, to: number): readonly number[] {
    const table = this.#table(stream);
    let written: readonly Position[] = [];
    const found = this.database
      .transaction(() => {
        const { seqs, missing } = declareGone(table, this.#head(stream), [from, to]);
        const label = this.#times.now();
        written = missing.map((body) => this.#write({ stream, kind: 'tombstone', body }, label));
        return [...seqs, ...written.map((position) => position.seq)];
      })
      .immediate();
    this.#tell(written);
    return found;
  }

  stats(): Readonly<Record<Stream, StreamStats>> {
    const of = (stream: Stream): StreamStats => statsOf(this.#table(stream), this.#head(stream));
    return { audit: of('audit'), events: of('events'), telemetry: of('telemetry'), media: of('media') };
  }

  /** How far the wall clock's labels can be trusted now. */
  clockQuality(): TimeLabel['q'] {
    return this.#times.now().q;
  }

  /** Calls `listener` after every commit of new records; returns how to stop that. */
  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Copies what it can of the WAL into the file without waiting for readers. */
  checkpoint(): void {
    this.database.pragma('wal_checkpoint(PASSIVE)');
  }

  /** Empties the WAL into the file and lets the next writer in. */
  close(): void {
    if (!this.database.open) return;
    try {
      this.database.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.database.close();
      this.#lock.release();
    }
  }

  #write(entry: Entry, label: TimeLabel): Position {
    const { stream } = entry;
    return { stream, seq: this.#writer.write(this.#table(stream), this.#head(stream), entry, label) };
  }

  /** False when there is nothing left to give up. */
  #makeRoom(): boolean {
    for (let share = SACRIFICED_SHARE; share <= 1; share *= 2) {
      const chosen = chooseSacrifice(this.#tables, share);
      if (chosen === undefined) return false;
      const { stream, upto, lost } = chosen;
      try {
        this.database
          .transaction(() => {
            const table = this.#table(stream);
            const head = this.#head(stream);
            const bodies = declareLost(table, head, lost, upto);
            const declared = lost.reduce((sum, [a, b]) => sum + Math.max(0, b - Math.max(a, head.base + 1) + 1), 0);
            this.#drop(table, { ...head, declared: head.declared + declared }, upto);
            for (const body of bodies) this.#write({ stream, kind: 'tombstone', body }, this.#times.now());
          })
          .immediate();
      } catch (error) {
        if (isFull(error)) continue;
        throw error;
      }
      const facts = { stream, upto, lost };
      if (lost.length > 0)
        this.#options.log.error(facts, 'journal is full: gave up undelivered records, with a tombstone');
      else this.#options.log.info(facts, 'journal is full: dropped delivered records');
      return true;
    }
    return false;
  }

  /** Deletes up to `upto` and moves the base of the chain there. */
  #drop(table: StreamTable, head: StreamHead, upto: number): void {
    const last = table.at(upto);
    if (last === undefined) throw damaged(this.#options.path, table.stream, upto);
    const bytes = Math.max(0, head.bytes - table.deleteUpTo(upto));
    table.write({ ...head, base: upto, baseHash: last.hash.toString('hex'), bytes });
  }

  #tell(positions: readonly Position[]): void {
    if (positions.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(positions);
      } catch (error) {
        // What is written is written: who was told must not undo it.
        this.#options.log.error({ error: messageOf(error) }, 'a listener of the journal failed');
      }
    }
  }

  #keepFloor(): void {
    const { trusted, seen } = this.#times.floor;
    if (Math.abs(seen - this.#floorWritten) < FLOOR_STEP_MS && trusted - this.#floorWritten < FLOOR_STEP_MS) return;
    writeMeta(this.database, 'floor_trusted', String(trusted));
    writeMeta(this.database, 'floor_seen', String(seen));
    this.#floorWritten = seen;
  }

  #table(stream: Stream): StreamTable {
    const table = this.#tables.get(stream);
    if (table === undefined) throw new TypeError(`no stream ${stream}`);
    return table;
  }

  #head(stream: Stream): StreamHead {
    const head = this.#table(stream).head();
    if (head === undefined) throw damaged(this.#options.path, stream, 0);
    return head;
  }
}
