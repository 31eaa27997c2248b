import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import {
  countInRanges,
  mergeRanges,
  outsideRanges,
  type SeqRange,
  type Stream,
  transferBodies,
  WireRecord,
} from '@lineside/protocol';
import type { Logger } from '@lineside/kit';
import { isFull } from '../errors.ts';
import type { Entry } from '../journal-types.ts';
import { pinFrom } from '../pinned-key.ts';
import { putRecord } from '../record-writer.ts';
import { StreamTable } from '../stream-table.ts';
import type { Quarantined } from './quarantine.ts';
import { SalvageSource } from './source.ts';
import type { SalvagedRow } from './sort-rows.ts';

export interface TransferResult {
  /** One sentence for log and page. */
  readonly message: string;
  /** Audit records of the new journal that report it. */
  readonly records: readonly Entry[];
}

interface StreamOutcome {
  readonly stream: Stream;
  readonly range: SeqRange;
  readonly transferred: number;
  readonly unproved: number;
  readonly lost: readonly SeqRange[];
}

/** Most important first: a disk that is nearly full may not take all of it. */
const ORDER: readonly Stream[] = ['events', 'audit', 'media', 'telemetry'];
const CHUNK = 500;

/**
 * Writes the records of a quarantined journal that the collector lacks into its successor `database`, under new numbers,
 * each with the number that it had. Records that cannot be read are declared lost. Delivered records stay where they are.
 */
export function transferRecords(
  quarantined: Quarantined,
  database: Database.Database,
  device: string,
  log: Logger,
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
    return { message, records: recordsOf(quarantined, source.epoch, outcomes) };
  } finally {
    source.close();
  }
}

function transferStream(source: SalvageSource, stream: Stream, database: Database.Database): StreamOutcome {
  const { range, sack } = source.wanted(stream);
  const done: SeqRange[] = [...sack];
  let transferred = 0;
  let unproved = 0;
  const put = database.transaction((rows: readonly SalvagedRow[]) => putAll(database, stream, rows, source.epoch));
  let chunk: SalvagedRow[] = [];
  const flush = (): void => {
    put.immediate(chunk);
    transferred += chunk.length;
    unproved += chunk.filter((row) => !row.proved).length;
    done.push(...chunk.map((row): SeqRange => [row.seq, row.seq]));
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
  return { stream, range, transferred, unproved, lost: outsideRanges(range, mergeRanges(done)) };
}

function putAll(
  database: Database.Database,
  stream: Stream,
  rows: readonly SalvagedRow[],
  epoch: string | undefined,
): void {
  const table = new StreamTable(database, stream);
  let head = table.head();
  if (head === undefined) return;
  for (const { kind, json, seq } of rows) {
    const record: unknown = JSON.parse(json);
    if (typeof record !== 'object' || record === null) continue;
    // Of a record that is transferred a second time, the collector may have the number before this one.
    const was = epoch === undefined ? {} : { was: { epoch, s: seq, ...originOf(record) } };
    head = putRecord(table, head, kind, { ...record, ...was });
  }
  table.write(head);
}

/** A record that is transferred again keeps the name of the journal that it was written in: signatures are bound to it. */
function originOf(record: object): { readonly origin?: string } {
  const { was } = WireRecord.pick({ was: true }).parse(record);
  return was === undefined ? {} : { origin: was.origin ?? was.epoch };
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

function recordsOf(
  quarantined: Quarantined,
  epoch: string | undefined,
  outcomes: readonly StreamOutcome[],
): readonly Entry[] {
  const old = epoch ?? 'unknown';
  const audit = (action: string, details: Readonly<Record<string, string | number>>): Entry => ({
    stream: 'audit',
    kind: 'audit',
    body: { action, who: 'lineside', details },
  });
  const { reason, why } = quarantined;
  const streams = outcomes.filter(({ range }) => range[1] >= range[0]);
  return [
    audit('journal_quarantined', { reason, why, folder: basename(quarantined.folder), epoch: old }),
    ...streams.flatMap(({ range: [from, to], ...outcome }) =>
      transferBodies({ ...outcome, epoch: old, reason, from, to }).map((body): Entry => {
        return { stream: 'audit', kind: 'audit', body };
      }),
    ),
  ];
}

function sentence({ reason, why, folder }: Quarantined, outcomes: readonly StreamOutcome[]): string {
  const transferred = outcomes.reduce((sum, outcome) => sum + outcome.transferred, 0);
  const lost = outcomes.reduce((sum, outcome) => sum + countInRanges(outcome.lost), 0);
  const fate = `${transferred} undelivered records go on under a new epoch, ${lost} numbers are declared lost`;
  return `the journal was moved to quarantine in ${folder} (${reason}: ${why}); ${fate}`;
}
