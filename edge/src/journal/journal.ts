import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { type SeqRange, STREAMS, type Stream } from '@lineside/protocol/records';
import { makePrivateFolderSync, messageOf } from '@lineside/kit';
import { Acknowledgements } from './acknowledgements.ts';
import { type JournalAlarm, JournalAlarms } from './alarms.ts';
import { Ballast } from './ballast.ts';
import { auditFull, isFull, type JournalError, journalError } from './errors.ts';
import { Evictor } from './evictor.ts';
import type {
  AckOutcome,
  AppendListener,
  DeclaredLoss,
  DerivedTable,
  Entry,
  JournalBatch,
  JournalOptions,
  Position,
  StreamEnd,
  StreamStats,
} from './journal-types.ts';
import { readMeta, readNumber, writeMeta } from './meta.ts';
import { hasTransferred, markSuspect, openJournal, type Opened } from './open-journal.ts';
import { deliveredBefore } from './prune.ts';
import { pinFrom, SIGNING_KEY, SIGNING_KEY_CHANGED } from './pinned-key.ts';
import { RecordWriter } from './record-writer.ts';
import { declaredEarlier, earlierNumbersIn, entriesOf, rescue } from './recovery/index.ts';
import { StreamHeads } from './stream-heads.ts';
import { StreamFigures } from './stream-figures.ts';
import { readBatch } from './stream-reading.ts';
import { streamQuotas } from './stream-quota.ts';
import { StreamTable } from './stream-table.ts';
import { type TimeLabel, TimeLabeller } from './time-label.ts';
import { declareGone } from './tombstones.ts';
import { pagesUsedUp } from './database.ts';
import { WriterLock } from './writer-lock.ts';

const FLOOR_STEP_MS = 10_000;
const MAX_EVICTIONS = 64;

/**
 * The append-only journal: four streams of numbered records in one SQLite file. A number, its record and the chain hash
 * over it are written in one transaction, which is on the disk when `append` returns. No record is deleted before the
 * collector has confirmed it or a tombstone declares it lost. One writer; verify.ts and journal-reader.ts read.
 */
export class Journal {
  readonly device: string;
  readonly boot: string;
  readonly epoch: string;
  /** Holds the tables of other modules too, which change them inside the transactions of `append` and `transact`. */
  readonly database: Database.Database;
  readonly #ballast: Ballast;
  readonly #alarms: JournalAlarms;
  readonly #options: JournalOptions;
  readonly #lock: WriterLock;
  readonly #opened: Opened;
  readonly #tables: ReadonlyMap<Stream, StreamTable>;
  readonly #heads: StreamHeads;
  readonly #times: TimeLabeller;
  readonly #writer: RecordWriter;
  readonly #evictor: Evictor;
  readonly #acks: Acknowledgements;
  readonly #figures: StreamFigures;
  readonly #runTransaction: (work: () => unknown) => unknown;
  readonly #derived: DerivedTable[] = [];
  readonly #listeners = new Set<AppendListener>();
  readonly #reopenListeners = new Set<() => void>();
  #floorWritten: number;

  private constructor(options: JournalOptions, lock: WriterLock, opened: Opened) {
    const { database } = opened;
    this.#options = options;
    this.#lock = lock;
    this.#opened = opened;
    this.database = database;
    this.device = options.device;
    this.boot = options.boot;
    this.epoch = opened.epoch;
    this.#alarms = options.alarms ?? new JournalAlarms(options.log, () => options.clock.wallMs());
    this.#ballast = new Ballast(`${options.path}.ballast`, options.ballastBytes ?? 0, options.random);
    this.#tables = new Map(STREAMS.map((stream) => [stream, new StreamTable(database, stream)]));
    this.#heads = new StreamHeads(options.path, this.#tables);
    const floor = { trusted: readNumber(database, 'floor_trusted'), seen: readNumber(database, 'floor_seen') };
    this.#times = new TimeLabeller(options.clock, options.synced, floor);
    this.#floorWritten = floor.seen;
    this.#writer = new RecordWriter(options.boot, options.random);
    const transaction = database.transaction((work: () => unknown) => {
      const result = work();
      this.#heads.flush();
      return result;
    });
    this.#runTransaction = (work) => transaction.immediate(work);
    this.#evictor = this.#makeEvictor();
    this.#figures = new StreamFigures(this.#tables, this.#heads);
    this.#acks = new Acknowledgements({
      tables: this.#tables,
      heads: this.#heads,
      times: this.#times,
      onRollback: (why) => this.reportRollback(why),
    });
  }

  /**
   * Opens the journal for writing, making it where there is none. One that is damaged, or that is a copy of another, is
   * put into quarantine, and its records go on under a new epoch. Throws JournalError: `journal_locked` where another process
   * writes it, `journal_newer`, `journal_other_device`, `data_folder_unwritable`, ...
   */
  static open(options: JournalOptions): Journal {
    const { path, device } = options;
    try {
      makePrivateFolderSync(dirname(path));
    } catch (error) {
      throw journalError(error, dirname(path), 'cannot make the data folder');
    }
    const lock = WriterLock.take(path);
    let opened: Opened | undefined;
    try {
      opened = openJournal(options);
      const journal = new Journal(options, lock, opened);
      journal.#begin(opened);
      return journal;
    } catch (error) {
      opened?.database.close();
      lock.release();
      throw journalError(error, path, `cannot open the journal of ${device} at`);
    }
  }

  /**
   * Writes `entries` in one transaction, over several streams where needed, and returns their numbers in the same
   * order; when it returns they are on the disk. `inTransaction` runs inside the transaction. Throws `record_refused` for a
   * body without a JSON form or too long to send, `audit_full` for audit records over their quota, `journal_full` when
   * nothing more may be evicted.
   */
  append(entries: readonly Entry[], inTransaction?: () => void): readonly Position[] {
    this.#admit(entries, inTransaction);
    const label = this.#times.now();
    for (let evictions = 0; ; evictions += 1) {
      try {
        const positions = this.#within(() => {
          const written = entries.map((entry) => this.#write(entry, label));
          inTransaction?.();
          this.#keepFloor();
          return written;
        });
        this.#evictor.holdQuotas();
        this.#notify(positions);
        return positions;
      } catch (error) {
        const mayHelp = isFull(error) && evictions < MAX_EVICTIONS;
        if (!mayHelp || !this.#evictor.freeSpace()) throw this.#failed(error);
      }
    }
  }

  /** Records from `from` (or the lowest held above it): at most `limit`, at most `maxBytes` of JSON, at least one. */
  read(stream: Stream, from: number, limit: number, maxBytes: number): JournalBatch | undefined {
    return readBatch(this.#table(stream), this.#heads.get(stream), from, limit, maxBytes);
  }

  /**
   * The collector has committed everything up to `upto` and the ranges in `sack`. Repeats and old acks change nothing.
   * `serverMs` is its clock, wall ms; `chainHead` the chain hash that it has after `upto`. `beyond`: numbers that were never
   * written; `forked`: another hash. Then nothing is confirmed, and the second time the journal reports its own
   * rollback. Takes effect at once, and is durable after `saveAcks` or any other transaction; a crash before that only
   * makes the uplink send again.
   */
  ack(stream: Stream, upto: number, sack: readonly SeqRange[], serverMs?: number, chainHead?: string): AckOutcome {
    return this.#acks.take(stream, upto, sack, serverMs, chainHead);
  }

  /** Makes the acks so far durable, with one sync of the disk. */
  saveAcks(): void {
    if (this.#heads.changed) this.#within(() => this.#keepFloor());
  }

  /** Whether the collector has committed that number. */
  confirmed(stream: Stream, seq: number): boolean {
    return this.#acks.confirmed(stream, seq);
  }

  /** The collector holds numbers that this journal never wrote, or others under the same: it was rolled back. */
  reportRollback(why: string): void {
    this.#alarms.raise('journal_behind_collector', why);
    if (readNumber(this.database, 'behind') === 1) return;
    this.#within(() => writeMeta(this.database, 'behind', '1'));
    for (const listener of this.#reopenListeners) listener();
  }

  /** Calls `listener` when the journal must be closed and opened anew: it is damaged, or behind the collector. */
  onReopen(listener: () => void): () => void {
    this.#reopenListeners.add(listener);
    return () => this.#reopenListeners.delete(listener);
  }

  /**
   * Deletes at most `most` delivered records older than `keepDeliveredMs`, and gives pages back to the file system.
   * Returns how many went; call again while it is `most`.
   */
  prune(keepDeliveredMs: number, most = 2_000): number {
    const now = { ...this.#times.now(), boot: this.boot };
    let left = most;
    for (const table of this.#tables.values()) {
      this.#within(() => {
        const head = this.#heads.get(table.stream);
        const upto = deliveredBefore(table, head, keepDeliveredMs, now, left);
        left -= upto - head.base;
        if (upto > head.base) this.#evictor.drop(table.stream, upto);
      });
    }
    this.database.pragma('incremental_vacuum(256)');
    return most - left;
  }

  /**
   * Numbers of the tombstones that declare what of `from..to` is no longer held. Where the collector asks for records
   * that it confirmed before and that were pruned since, a tombstone is written now.
   */
  tombstones(stream: Stream, from: number, to: number): readonly number[] {
    let written: readonly Position[] = [];
    const found = this.#within(() => {
      const { seqs, missing } = declareGone(this.#table(stream), this.#heads.get(stream), [from, to]);
      const label = this.#times.now();
      written = missing.map((body) => this.#write({ stream, kind: 'tombstone', body }, label));
      return [...seqs, ...written.map((position) => position.seq)];
    });
    this.#notify(written);
    return found;
  }

  stats(): Readonly<Record<Stream, StreamStats>> {
    return this.#figures.stats();
  }

  /** The end of each stream. */
  ends(): Readonly<Record<Stream, StreamEnd>> {
    return this.#figures.ends();
  }

  /** The newest declarations of loss of a stream, newest first. */
  losses(stream: Stream, most: number): readonly DeclaredLoss[] {
    return this.#figures.losses(stream, most);
  }

  /**
   * Notes the key that is about to sign. Another one than the journal knows is an audit record and an alarm: whoever
   * signs everything again with a key of his own cannot do it unnoticed.
   */
  pinKey(key: string): void {
    const known = readMeta(this.database, SIGNING_KEY);
    if (known === key) return;
    if (known === undefined) {
      this.#within(() => pinFrom(this.database, key, this.#heads.get('audit').next));
      return;
    }
    const body = { action: SIGNING_KEY_CHANGED, who: 'lineside', details: { from: known, to: key } };
    this.append([{ stream: 'audit', kind: 'audit', body }], () => writeMeta(this.database, SIGNING_KEY, key));
    this.#alarms.raise('signing_key_changed', `the heads were signed with ${known}, and are signed with ${key} now`);
  }

  /** Alarms that a person must see now. */
  alarms(): readonly JournalAlarm[] {
    return this.#alarms.list();
  }

  /** A short text that another module keeps here, durably; undefined where there is none. */
  note(key: string): string | undefined {
    return readMeta(this.database, `note_${key}`);
  }

  setNote(key: string, text: string): void {
    writeMeta(this.database, `note_${key}`, text);
  }

  /** Latest wall time, ms, that a time server or the collector has confirmed; 0 for none. */
  trustedWallMs(): number {
    return this.#times.floor.trusted;
  }

  /** How far the wall clock's labels can be trusted now. */
  clockQuality(): TimeLabel['q'] {
    return this.#times.now().q;
  }

  /** Keeps `table` up to date from now on, in the transactions of the records. */
  derive(table: DerivedTable): void {
    this.#derived.push(table);
  }

  /** Runs `work` in a transaction; not to be called inside another. */
  transact<T>(work: () => T): T {
    return this.#within(work);
  }

  /** Calls `listener` after every commit of new records; returns how to stop that. */
  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Copies what it can of the WAL into the file; `truncate` also empties it where no reader is in the way. */
  checkpoint(truncate = false): void {
    const busyMs = Number(this.database.pragma('busy_timeout', { simple: true }));
    this.database.pragma('busy_timeout = 0');
    try {
      this.database.pragma(truncate ? 'wal_checkpoint(TRUNCATE)' : 'wal_checkpoint(PASSIVE)');
    } finally {
      this.database.pragma(`busy_timeout = ${busyMs}`);
    }
  }

  /** Reserves the ballast again after it was released; true when it is held. */
  restoreBallast(): boolean {
    return (this.#options.ballastBytes ?? 0) > 0 && this.#ballast.take();
  }

  /** Notes beside the database how far it has come, so that an older copy in its place is recognised. */
  mark(): void {
    const streams = STREAMS.map((stream) => {
      const { next, acked } = this.#heads.get(stream);
      return [stream, { next, acked }] as const;
    });
    const write = (): void => this.#opened.mark.write({ streams: Object.fromEntries(streams) });
    try {
      // A mark that is ahead of the file would make the file look like an older copy.
      this.saveAcks();
    } catch (error) {
      // What is damaged is given up at the next opening, which must know how far it had come.
      if (journalError(error, this.#options.path, 'cannot write to').code === 'journal_damaged') write();
      throw error;
    }
    write();
  }

  /** Asks for closing and opening again, because the file in place is no longer the one that this journal writes to. */
  reportReplaced(): void {
    for (const listener of this.#reopenListeners) listener();
  }

  /**
   * Empties the WAL into the file and lets the next writer in. Where that file was deleted or replaced meanwhile, all
   * that is still open here is copied first, and the next opening goes on with the copy.
   */
  close(): void {
    if (!this.database.open) return;
    try {
      this.#attempt('the journal, whose file is no longer in its place, could not be rescued', () => this.#rescue());
      this.#attempt('no mark could be written beside the journal', () => this.mark());
      this.#attempt('the WAL could not be emptied into the journal', () => this.checkpoint(true));
    } finally {
      this.database.close();
      this.#lock.release();
    }
  }

  #rescue(): void {
    if (this.#opened.mark.inPlace()) return;
    this.saveAcks();
    rescue(this.database, this.#options.path);
    this.#options.log.warn(
      { path: this.#options.path },
      'the journal was copied, because its file is not in its place',
    );
  }

  #begin({ quarantined }: Opened): void {
    if (quarantined !== undefined) {
      this.#alarms.raise('journal_quarantined', quarantined.message);
      this.append(quarantined.records, quarantined.note);
      quarantined.finish();
    }
    // A full disk is no reason not to record.
    this.#attempt('no mark could be written beside the journal', () => this.mark());
    this.#attempt('there is no space for the ballast of the journal', () => {
      if ((this.#options.ballastBytes ?? 0) > 0) this.#ballast.take();
    });
  }

  #attempt(complaint: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, complaint);
    }
  }

  #makeEvictor(): Evictor {
    const { path, quotaBytes, log } = this.#options;
    return new Evictor({
      path,
      tables: this.#tables,
      heads: this.#heads,
      quotas: streamQuotas(quotaBytes, this.#options.streamQuotas),
      ballast: this.#ballast,
      alarms: this.#alarms,
      log,
      transact: (work) => {
        this.#within(work);
      },
      dropping: (stream, upto) => {
        for (const table of this.#derived) table.dropping(stream, upto);
      },
      declareEarlier: (stream, lost, reason) => this.#declareEarlier(stream, lost, reason),
      writeTombstone: (stream, body) => void this.#write({ stream, kind: 'tombstone', body }, this.#times.now()),
      checkpoint: () => this.#checkpointIfPossible(),
      quotaReached: () => pagesUsedUp(this.database),
    });
  }

  /** The collector learns from these audit records what has become of numbers that the records had before recovery. */
  #declareEarlier(stream: Stream, lost: readonly SeqRange[], reason: string): void {
    if (!hasTransferred(this.database)) return;
    const table = this.#table(stream);
    const numbers = lost.flatMap((range) => table.transferredIn(range).flatMap(earlierNumbersIn));
    const label = this.#times.now();
    for (const entry of declaredEarlier(stream, numbers, reason).flatMap(entriesOf)) this.#write(entry, label);
  }

  #checkpointIfPossible(): void {
    try {
      this.checkpoint();
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  /** Audit records that accompany something else are accepted: that must not be lost because of them. */
  #admit(entries: readonly Entry[], inTransaction: (() => void) | undefined): void {
    const auditOnly =
      inTransaction === undefined && entries.length > 0 && entries.every((entry) => entry.stream === 'audit');
    // Records that the collector has by now make space.
    if (this.#evictor.refuses('audit')) this.#evictor.holdQuotas();
    if (!this.#evictor.refuses('audit')) {
      this.#alarms.clear('audit_rejected');
      return;
    }
    if (!auditOnly) return;
    const refusal = auditFull(this.#options.path);
    this.#alarms.raise('audit_rejected', refusal.message);
    throw refusal;
  }

  #within<T>(work: () => T): T {
    try {
      // The type is that of `work`: the transaction only carries it.
      return this.#runTransaction(work) as T;
    } catch (error) {
      this.#heads.forget();
      throw error;
    }
  }

  /** Damage that shows only now is examined at the next opening, which the listeners are asked for. */
  #failed(thrown: unknown): JournalError {
    const error = journalError(thrown, this.#options.path, 'cannot write to');
    if (error.code !== 'journal_damaged') return error;
    this.#attempt('the damage could not be noted', () => markSuspect(this.#options.path));
    for (const listener of this.#reopenListeners) listener();
    return error;
  }

  #write(entry: Entry, label: TimeLabel): Position {
    const { stream } = entry;
    const head = this.#heads.get(stream);
    const written = this.#writer.write(this.#table(stream), head, entry, label);
    this.#heads.advance(stream, written.head);
    const position = { stream, seq: head.next };
    for (const table of this.#derived) {
      table.written({ ...position, kind: entry.kind, wallMs: written.wallMs, clock: label.q, body: entry.body });
    }
    return position;
  }

  #notify(positions: readonly Position[]): void {
    if (positions.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(positions);
      } catch (error) {
        // The records are committed: a listener that fails must not undo that.
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
}
