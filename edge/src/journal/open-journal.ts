import { closeSync, existsSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { STREAMS } from '@lineside/protocol/records';
import type Database from 'better-sqlite3';
import { openForWriting, openReadOnly } from './database.ts';
import { damaged, JournalError, journalError } from './errors.ts';
import { InstanceMark } from './instance-mark.ts';
import type { JournalOptions } from './journal-types.ts';
import { readMeta, readNumber, initialiseIdentity, writeMeta } from './meta.ts';
import {
  type Quarantined,
  type QuarantineReason,
  transferRecords,
  finish,
  moveInto,
  quarantine,
  takeRescued,
  unfinished,
} from './recovery/index.ts';
import type { TransferResult } from './recovery/index.ts';
import { checkVersion } from './schema.ts';
import { StreamTable } from './stream-table.ts';

/** A journal that can be written to. */
export interface Opened {
  readonly database: Database.Database;
  readonly epoch: string;
  readonly mark: InstanceMark;
  /** What had to be put into quarantine for it. */
  readonly quarantined?: TransferResult & {
    /** Inside the transaction that writes `records`. */
    readonly note: () => void;
    /** After it. */
    readonly finish: () => void;
  };
}

interface Fault {
  readonly reason: QuarantineReason;
  readonly why: string;
}

/** Larger files are not read through at each start: only what the line needs of them is looked at. */
const CHECKED_WHOLE_BYTES = 64 * 1024 * 1024;
const SUSPECT = '.suspect';
const SALVAGED_FROM = 'salvaged_from';

/**
 * Opens the journal in place where nothing is wrong with it; else puts it into quarantine and begins a new one with its
 * undelivered records.
 */
export function openJournal(options: JournalOptions): Opened {
  const { path, clock } = options;
  takeRescued(path, clock.wallMs());
  let quarantined = resume(path);
  if (quarantined === undefined) {
    const fault = examine(path);
    if (fault === undefined) return begin(options);
    quarantined = quarantine(path, fault.reason, fault.why, clock.wallMs());
  }
  return succeed(options, quarantined);
}

/** An interrupted transfer begins again from the quarantine: the journal in place holds nothing else. */
function resume(path: string): Quarantined | undefined {
  const quarantined = unfinished(path);
  if (quarantined === undefined) return undefined;
  if (statSync(quarantined.databasePath, { throwIfNoEntry: false }) === undefined) moveInto(quarantined, path);
  else if (transferredFrom(path) === basename(quarantined.folder)) {
    finish(quarantined);
    return undefined;
  } else for (const suffix of ['', '-wal', '-shm', '.mark']) rmSync(`${path}${suffix}`, { force: true });
  return quarantined;
}

function transferredFrom(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  let database: Database.Database | undefined;
  try {
    database = openReadOnly(path);
    return checkVersion(database, path) === 0 ? undefined : readMeta(database, SALVAGED_FROM);
  } catch (error) {
    if (journalError(error, path, 'cannot read').code === 'journal_damaged') return undefined;
    throw error;
  } finally {
    database?.close();
  }
}

/** Whether the journal holds, or once held, records that recovery has transferred into it. */
export function hasTransferred(database: Database.Database): boolean {
  return readMeta(database, SALVAGED_FROM) !== undefined;
}

/** Reads only: what is wrong with the journal in place, if anything. Throws JournalError where it is not ours to move. */
function examine(path: string): Fault | undefined {
  const mark = new InstanceMark(path);
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0)
    return mark.read() === undefined ? undefined : { reason: 'missing', why: 'its file is empty or gone' };
  let database: Database.Database | undefined;
  try {
    database = openReadOnly(path);
    if (checkVersion(database, path) === 0) return undefined;
    return findFault(database, path, bytes, mark);
  } catch (error) {
    if (error instanceof SyntaxError) return { reason: 'damaged', why: error.message };
    const known = journalError(error, path, 'cannot read');
    // A file that is no database, where no journal is known to have been, may be anybody's: it is left alone.
    if (known.code !== 'journal_damaged' || (mark.read() === undefined && !looksLikeDatabase(path))) throw known;
    return { reason: 'damaged', why: known.message };
  } finally {
    database?.close();
  }
}

function looksLikeDatabase(path: string): boolean {
  const magic = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    readSync(file, magic, 0, magic.length, 0);
  } finally {
    closeSync(file);
  }
  return magic.toString('latin1') === 'SQLite format 3\0';
}

/** Damage was met while writing: the next opening reads the file through, whatever its size. */
export function markSuspect(path: string): void {
  writeFileSync(`${path}${SUSPECT}`, '', { mode: 0o640 });
}

function findFault(database: Database.Database, path: string, bytes: number, mark: InstanceMark): Fault | undefined {
  if (bytes <= CHECKED_WHOLE_BYTES || existsSync(`${path}${SUSPECT}`)) {
    const found = String(database.pragma('quick_check(1)', { simple: true }));
    if (found !== 'ok') return { reason: 'damaged', why: found };
  }
  if (readMeta(database, 'epoch') === undefined) return undefined;
  const heads = new Map(STREAMS.map((stream) => [stream, checkedHead(database, path, stream)] as const));
  if (readNumber(database, 'behind') === 1) {
    return { reason: 'behind_collector', why: 'the collector holds numbers that this journal never wrote' };
  }
  const [instance, opens] = [readMeta(database, 'instance'), readNumber(database, 'opens')];
  // One that was killed at its first start has no mark yet.
  const fresh = opens <= 1 && mark.read() === undefined && [...heads.values()].every(({ next }) => next === 1);
  const why = fresh ? undefined : mark.mismatch({ instance, opens, heads });
  return why === undefined ? undefined : { reason: 'restored', why };
}

/** The end of a stream must be there: the next record is chained to it. */
function checkedHead(database: Database.Database, path: string, stream: (typeof STREAMS)[number]): { next: number } {
  const table = new StreamTable(database, stream);
  const head = table.head();
  if (head === undefined) throw damaged(path, stream, 0);
  const end = head.next - 1;
  const hash = end === head.base ? head.baseHash : table.at(end)?.hash.toString('hex');
  if (hash !== head.head) throw damaged(path, stream, end);
  return head;
}

function begin(options: JournalOptions): Opened {
  const { path, device, clock, random, quotaBytes } = options;
  const database = openForWriting(path, Math.round(clock.wallMs()), quotaBytes);
  try {
    const epoch = initialiseIdentity(database, path, device, random);
    const mark = new InstanceMark(path);
    const { instance, opens } = countOpening(database, random);
    mark.begin({ instance, device, epoch, opens });
    rmSync(`${path}${SUSPECT}`, { force: true });
    return { database, epoch, mark };
  } catch (error) {
    database.close();
    throw error;
  }
}

function succeed(options: JournalOptions, quarantined: Quarantined): Opened {
  const opened = begin(options);
  const { database } = opened;
  try {
    const transferred = transferRecords(quarantined, database, options);
    const name = basename(quarantined.folder);
    return {
      ...opened,
      quarantined: {
        ...transferred,
        note: () => writeMeta(database, SALVAGED_FROM, name),
        finish: () => finish(quarantined),
      },
    };
  } catch (error) {
    database.close();
    throw error instanceof JournalError
      ? error
      : journalError(error, quarantined.databasePath, 'cannot transfer the records of');
  }
}

/** The page cap may be hit already: these are updates of rows that are there. */
function countOpening(
  database: Database.Database,
  random: (count: number) => Uint8Array,
): { readonly instance: string; readonly opens: number } {
  return database
    .transaction(() => {
      const instance = readMeta(database, 'instance') ?? Buffer.from(random(8)).toString('hex');
      const opens = readNumber(database, 'opens') + 1;
      writeMeta(database, 'instance', instance);
      writeMeta(database, 'opens', String(opens));
      return { instance, opens };
    })
    .immediate();
}
