import type Database from 'better-sqlite3';
import {
  beforeText,
  countInRanges,
  earlierNumbers,
  type EarlierNumber,
  mergeRanges,
  MOST_EARLIER,
  outsideRanges,
  readWireRecord,
  type Stream,
  type WireRecord,
} from '@lineside/protocol/records';
import { type Logger, messageOf } from '@lineside/kit';
import { isFull } from '../errors.ts';
import type { Entry } from '../journal-types.ts';
import { readMeta } from '../meta.ts';
import { pinFrom } from '../pinned-key.ts';
import { putRecord } from '../record-writer.ts';
import { StreamTable } from '../stream-table.ts';
import { type EarlierLoss, lostBefore, readLedgers, writeLedger } from './ledger.ts';
import type { Quarantined } from './quarantine.ts';
import { SalvageSource } from './source.ts';
import type { SalvagedRow } from './sort-rows.ts';
import { type Report, reportOf, type StreamOutcome } from './transfer-entries.ts';

export interface TransferResult {
  /** One sentence for log and page. */
  readonly message: string;
  /** Audit records of the new journal that report it. */
  readonly records: readonly Entry[];
}

/** Most important first: a disk that is nearly full may not take all of it. */
const ORDER: readonly Stream[] = ['events', 'audit', 'media', 'telemetry'];
const CHUNK = 500;

/**
 * Writes the records of a quarantined journal that the collector lacks into its successor `database`, under new numbers,
 * each with the numbers that it had. Records that cannot be read are declared lost, also under the numbers that they had
 * in even earlier journals. Delivered records stay where they are.
 */
export function transferRecords(
  quarantined: Quarantined,
  database: Database.Database,
  { device, path, log }: { readonly device: string; readonly path: string; readonly log: Logger },
): TransferResult {
  const source = new SalvageSource(quarantined);
  try {
    const outcomes =
      source.device === undefined || source.device === device
        ? ORDER.map((stream) => transferStream(source, stream, database))
        : [];
    transferEvidence(source, database);
    if (source.signingKey !== undefined) pinFrom(database, source.signingKey, 1);
    const message = sentence(quarantined, outcomes);
    log.error({ folder: quarantined.folder, epoch: source.epoch, outcomes }, message);
    const earlier = source.epoch === undefined ? [] : earlierLosses(path, source.epoch, outcomes);
    const report = reportOf(quarantined, source.epoch ?? 'unknown', outcomes, earlier);
    if (source.epoch !== undefined) keepLedger(quarantined, source.epoch, outcomes, report, { database, log });
    return { message, records: report.records };
  } finally {
    source.close();
  }
}

function transferStream(source: SalvageSource, stream: Stream, database: Database.Database): StreamOutcome {
  const { range, sack } = source.wanted(stream);
  const moved: [number, number][] = [];
  const dropped: EarlierNumber[] = [];
  let unproved = 0;
  const put = database.transaction((rows: readonly SalvagedRow[]) => putAll(database, stream, rows, source.epoch));
  let chunk: SalvagedRow[] = [];
  const flush = (): void => {
    for (const { row, earlier } of put.immediate(chunk)) {
      if (!row.proved) unproved += 1;
      dropped.push(...earlier.slice(MOST_EARLIER));
      const last = moved.at(-1);
      if (last?.[1] === row.seq - 1) last[1] = row.seq;
      else moved.push([row.seq, row.seq]);
    }
    chunk = [];
  };
  try {
    for (const row of source.undelivered(stream)) {
      // What a tombstone declares is declared again by the audit records of this start.
      if (row.kind === 'tombstone') continue;
      chunk.push(row);
      if (chunk.length >= CHUNK) flush();
    }
    flush();
  } catch (error) {
    // No space for the rest: it stays in quarantine and is declared.
    if (!isFull(error)) throw error;
  }
  const known = Math.max(range[1], ...moved.slice(-1).map(([, last]) => last));
  const lost = outsideRanges([range[0], known], mergeRanges([...sack, ...moved]));
  return { stream, range: [range[0], known], known, moved, dropped, transferred: countInRanges(moved), unproved, lost };
}

interface Put {
  readonly row: SalvagedRow;
  /** Numbers that the record had before this journal, newest first. */
  readonly earlier: readonly EarlierNumber[];
}

/** Writes `rows`; returns those that are records, in order. What is none, the collector would refuse. */
function putAll(
  database: Database.Database,
  stream: Stream,
  rows: readonly SalvagedRow[],
  epoch: string | undefined,
): readonly Put[] {
  const table = new StreamTable(database, stream);
  let head = table.head();
  if (head === undefined) return [];
  const put: Put[] = [];
  for (const row of rows) {
    const record = recordIn(row.json);
    if (record === undefined) continue;
    const earlier = earlierNumbers(record.was);
    const was = epoch === undefined ? {} : { was: wasOf(epoch, row.seq, record, earlier) };
    head = putRecord(table, head, row.kind, { ...(JSON.parse(row.json) as object), ...was });
    put.push({ row, earlier });
  }
  table.write(head);
  return put;
}

/** Signatures are bound to the name of the journal that the record was written in: `origin`. */
function wasOf(
  epoch: string,
  s: number,
  { was }: WireRecord,
  earlier: readonly EarlierNumber[],
): NonNullable<WireRecord['was']> {
  if (was === undefined) return { epoch, s };
  const before = beforeText(earlier);
  return { epoch, s, origin: was.origin ?? was.epoch, ...(before === undefined ? {} : { before }) };
}

/** Numbers that the record with this text had in earlier journals, newest first. */
export function earlierNumbersIn({ json }: Pick<SalvagedRow, 'json'>): readonly EarlierNumber[] {
  return earlierNumbers(recordIn(json)?.was);
}

/** Undefined where the text is not that of a record, also because somebody has edited it. */
function recordIn(json: string): WireRecord | undefined {
  try {
    return readWireRecord(JSON.parse(json));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Evidence keeps its table; where that cannot be read, the transferred records name the files. */
function transferEvidence(source: SalvageSource, database: Database.Database): void {
  const known = source.evidence();
  if (known === undefined) {
    database.exec(`INSERT INTO evidence(sha256, bytes, event, number, wall_ms)
      SELECT json ->> '$.b.sha256', json ->> '$.b.bytes', json ->> '$.b.event', seq, json ->> '$.t'
      FROM record_media WHERE json ->> '$.b.sha256' IS NOT NULL ON CONFLICT DO NOTHING`);
    return;
  }
  const insert = database.prepare(
    'INSERT INTO evidence VALUES (@sha256, @bytes, @event, @number, @wall_ms, @uploaded) ON CONFLICT DO NOTHING',
  );
  database.transaction(() => {
    for (const row of known) insert.run(row);
  })();
}

/** What is lost of journals before `epoch`, because the journal of `epoch` had taken it over. */
function earlierLosses(path: string, epoch: string, outcomes: readonly StreamOutcome[]): readonly EarlierLoss[] {
  return lostBefore(readLedgers(path), epoch, new Map(outcomes.map(({ stream, lost }) => [stream, lost])));
}

/** Keeps where the numbers went, for the day on which the successor is lost before it has delivered them. */
function keepLedger(
  { folder }: Quarantined,
  epoch: string,
  outcomes: readonly StreamOutcome[],
  report: Report,
  { database, log }: { readonly database: Database.Database; readonly log: Logger },
): void {
  const into = readMeta(database, 'epoch');
  const next = new StreamTable(database, 'audit').head()?.next;
  if (into === undefined || next === undefined) return;
  const moved = outcomes.map(({ stream, moved: ranges }) => ({ stream, ranges }));
  // The records of the report are the next that the audit stream gets.
  const declared = report.declared.map(({ at, ...loss }) => ({ ...loss, at: at.map((index) => next + index) }));
  try {
    writeLedger(folder, { v: 1, epoch, into, moved, declared });
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'it could not be kept where the records of a journal in quarantine went');
  }
}

function sentence({ reason, why, folder }: Quarantined, outcomes: readonly StreamOutcome[]): string {
  const transferred = outcomes.reduce((sum, outcome) => sum + outcome.transferred, 0);
  const lost = outcomes.reduce((sum, outcome) => sum + countInRanges(outcome.lost), 0);
  const fate = `${transferred} undelivered records go on under a new epoch, ${lost} numbers are declared lost`;
  return `the journal was moved to quarantine in ${folder} (${reason}: ${why}); ${fate}`;
}
