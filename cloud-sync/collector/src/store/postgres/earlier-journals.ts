import { mergeRanges, type SeqRange } from '@lineside/protocol';
import { readStored, type CheckedBatch, type CheckedRecord } from '../../ingest/index.ts';
import { plainText, streamName, type StreamKey } from '../../records/index.ts';
import { signedRows } from '../signatures.ts';
import { rowsOf, type Queryable } from './database.ts';
import { lockJournals } from './journals.ts';
import { addSpan } from './spans.ts';

/** A new record of a device's later journal. */
export interface LaterRecord {
  readonly journal: number;
  readonly key: StreamKey;
  readonly record: CheckedRecord;
}

/** The earlier journals that records of `batches` are about: to be locked together with those of the batches. */
export function earlierKeys(batches: readonly Pick<CheckedBatch, 'key' | 'records'>[]): StreamKey[] {
  return batches.flatMap(({ key, records }) => records.flatMap((record) => keysIn(key, record)));
}

function keysIn(key: StreamKey, { content, was }: CheckedRecord): StreamKey[] {
  const { device } = key;
  return [
    ...(content.type === 'transfer'
      ? [{ device, epoch: content.transfer.epoch, stream: content.transfer.stream }]
      : []),
    ...(was === undefined ? [] : [{ ...key, epoch: was.epoch }]),
  ];
}

const DECLARE = 'insert into recovery_losses values ($1, $2, $3, $4, $5, $6) on conflict do nothing';

/**
 * Keeps the books of journals that devices have given up, from what new records of their later journals say: numbers
 * declared lost, and the numbers that transferred records had. Returns, in the order of `records`, how many numbers
 * each declares that were not accounted for before.
 */
export async function bookEarlier(tx: Queryable, records: readonly LaterRecord[], atMs: number): Promise<number[]> {
  const keys = records.flatMap(({ key, record }) => keysIn(key, record));
  if (keys.length === 0) return records.map(() => 0);
  const journals = await lockJournals(tx, keys, atMs);
  const idOf = (key: StreamKey): number => {
    const journal = journals.get(streamName(key));
    if (journal === undefined) throw new Error('the journal was locked a moment ago');
    return journal.id;
  };
  await accountFor(tx, records, idOf);
  const declared: number[] = [];
  for (const item of records) declared.push(await declareLost(tx, item, idOf));
  return declared;
}

type IdOf = (key: StreamKey) => number;

async function accountFor(tx: Queryable, records: readonly LaterRecord[], idOf: IdOf): Promise<void> {
  const numbers = new Map<number, SeqRange[]>();
  for (const { key, record } of records) {
    if (record.was === undefined) continue;
    const journal = idOf({ ...key, epoch: record.was.epoch });
    numbers.set(journal, [...(numbers.get(journal) ?? []), [record.was.seq, record.was.seq]]);
  }
  for (const [journal, ranges] of numbers) {
    for (const range of mergeRanges(ranges)) {
      await addSpan(tx, journal, range);
      await addSpan(tx, journal, range, 'transferred');
    }
  }
}

async function declareLost(tx: Queryable, { journal, key, record }: LaterRecord, idOf: IdOf): Promise<number> {
  if (record.content.type !== 'transfer') return 0;
  const { epoch, stream, reason, lost } = record.content.transfer;
  const of = idOf({ ...key, epoch, stream });
  let declared = 0;
  for (const [first, last] of lost) {
    await tx.query(DECLARE, [of, first, last, plainText(reason), journal, record.seq]);
    declared += await addSpan(tx, of, [first, last]);
  }
  return declared;
}

interface Row extends StreamKey {
  readonly journal: number;
  readonly hash: string;
  readonly json: string;
  readonly received_ms: number;
}

const OF_RECOVERY = `select r.journal, j.device, j.epoch, j.stream, r.hash, r.json, r.received_ms
  from records r join journals j on j.id = r.journal
  where strpos(r.json, '"was":{') > 0 or (j.stream = 'audit' and strpos(r.json, '"lostRanges"') > 0)
  order by r.journal, r.seq`;

/** Writes the books of earlier journals for a database from before they were kept. */
export async function bookEarlierJournals(tx: Queryable): Promise<void> {
  for (const { journal, hash, json, received_ms: atMs, ...key } of await rowsOf<Row>(tx, OF_RECOVERY)) {
    const record = readStored(key, json, hash);
    if (record === undefined) continue;
    await bookEarlier(tx, [{ journal, key, record }], atMs);
    const { content, was, seq } = record;
    if (was === undefined || key.stream !== 'audit') continue;
    await tx.query('delete from signed_heads where device = $1 and epoch = $2 and audit_seq = $3', [
      ...[key.device, key.epoch, seq],
    ]);
    if (content.type !== 'heads' || !content.valid) continue;
    for (const { stream, seq: signed, head } of signedRows(content.heads)) {
      await tx.query('insert into signed_heads values ($1, $2, $3, $4, $5, $6, $7, 1, $8) on conflict do nothing', [
        ...[key.device, content.epoch, stream, signed, was.seq, head, content.heads.key, atMs],
      ]);
    }
  }
}
