import { type EarlierNumber, mergeRanges, type SeqRange } from '@lineside/protocol';
import { readStored, type CheckedBatch, type CheckedRecord } from '../../ingest/index.ts';
import { plainText, streamName, type StreamKey } from '../../records/index.ts';
import { signedRows } from '../signatures.ts';
import { rowsOf, type Queryable } from './database.ts';
import { lockJournals } from './journals.ts';
import { addSpan, outsideSpans } from './spans.ts';

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

function keysIn(key: StreamKey, { content, earlier }: CheckedRecord): StreamKey[] {
  const { device } = key;
  return [
    ...(content.type === 'transfer'
      ? [{ device, epoch: content.transfer.epoch, stream: content.transfer.stream }]
      : []),
    ...earlier.map(({ epoch }) => ({ ...key, epoch })),
  ];
}

const DECLARE = 'insert into recovery_losses values ($1, $2, $3, $4, $5, $6) on conflict do nothing';

/** Which new records are stored under numbers that they had in earlier journals. */
export interface StoredEarlier<T> {
  /** Those that were read there, so that their content is known, or was and is deleted. */
  readonly read: ReadonlySet<T>;
  /** Their earlier numbers without a row, which are still to be accounted for. */
  readonly open: ReadonlyMap<T, readonly EarlierNumber[]>;
}

// What retention has deleted there must not return under another number.
const FIND_EARLIER = `select w.n
  from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
    as w (n, device, epoch, stream, seq, id)
  join journals j on j.device = w.device and j.epoch = w.epoch and j.stream = w.stream
  left join records r on r.journal = j.id and r.seq = w.seq
  left join retired t on t.journal = j.id
  where r.json::json ->> 'id' = w.id or w.seq <= t.last`;

/** Looks up the earlier numbers of new records. */
export async function storedEarlier<T extends LaterRecord>(
  tx: Queryable,
  records: readonly T[],
): Promise<StoredEarlier<T>> {
  const places = records.flatMap((item) => item.record.earlier.map((was) => ({ item, was })));
  if (places.length === 0) return { read: new Set(), open: new Map() };
  const found = await rowsOf<{ n: number }>(tx, FIND_EARLIER, [
    places.map((_, n) => n),
    places.map(({ item }) => item.key.device),
    places.map(({ was }) => was.epoch),
    places.map(({ item }) => item.key.stream),
    places.map(({ was }) => was.seq),
    places.map(({ item }) => item.record.id),
  ]);
  const known = new Set(found.map(({ n }) => n));
  const read = new Set(places.filter((_, n) => known.has(n)).map(({ item }) => item));
  const open = new Map<T, EarlierNumber[]>();
  for (const [n, { item, was }] of places.entries()) {
    if (!known.has(n)) open.set(item, [...(open.get(item) ?? []), was]);
  }
  return { read, open };
}

/**
 * Keeps the books of journals that devices have given up, from what new records of their later journals say: numbers
 * declared lost, and the numbers that transferred records had. Returns, in the order of `records`, how many numbers
 * each declares that were not accounted for before.
 */
export async function bookEarlier<T extends LaterRecord>(
  tx: Queryable,
  records: readonly T[],
  { read, open }: StoredEarlier<T>,
  atMs: number,
): Promise<number[]> {
  const keys = records.flatMap(({ key, record }) => keysIn(key, record));
  if (keys.length === 0) return records.map(() => 0);
  const journals = await lockJournals(tx, keys, atMs);
  const idOf = (key: StreamKey): number => {
    const journal = journals.get(streamName(key));
    if (journal === undefined) throw new Error('the journal was locked a moment ago');
    return journal.id;
  };
  await accountFor(tx, open, idOf);
  const declared: number[] = [];
  for (const item of records) declared.push(read.has(item) ? 0 : await declareLost(tx, item, idOf));
  return declared;
}

type IdOf = (key: StreamKey) => number;

async function accountFor(
  tx: Queryable,
  open: ReadonlyMap<LaterRecord, readonly EarlierNumber[]>,
  idOf: IdOf,
): Promise<void> {
  const numbers = new Map<number, SeqRange[]>();
  for (const [{ key }, earlier] of open) {
    for (const { epoch, seq } of earlier) {
      const journal = idOf({ ...key, epoch });
      numbers.set(journal, [...(numbers.get(journal) ?? []), [seq, seq]]);
    }
  }
  for (const [journal, ranges] of numbers) {
    for (const range of mergeRanges(ranges)) {
      await addSpan(tx, journal, range);
      await addSpan(tx, journal, range, 'transferred');
    }
  }
}

const SIGNED = `select coalesce(max(seq), 0)::bigint as seq from signed_heads
  where device = $1 and epoch = $2 and stream = $3 and holds = 1`;

/** Also what the earlier journal signed beyond all that its successor knows of, and that is not stored here either. */
async function declareLost(tx: Queryable, { journal, key, record }: LaterRecord, idOf: IdOf): Promise<number> {
  if (record.content.type !== 'transfer') return 0;
  const { epoch, stream, reason, lost, known } = record.content.transfer;
  const of = idOf({ ...key, epoch, stream });
  const [signed] = known === undefined ? [] : await rowsOf<{ seq: number }>(tx, SIGNED, [key.device, epoch, stream]);
  const beyond = known === undefined ? [] : await outsideSpans(tx, of, [known + 1, signed?.seq ?? 0]);
  let declared = 0;
  for (const [first, last] of [...lost, ...beyond]) {
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
    const later = { journal, key, record };
    await bookEarlier(tx, [later], await storedEarlier(tx, [later]), atMs);
    const { content, earlier, seq } = record;
    const [origin] = earlier.slice(-1);
    if (origin === undefined || key.stream !== 'audit') continue;
    await tx.query('delete from signed_heads where device = $1 and epoch = $2 and audit_seq = $3', [
      ...[key.device, key.epoch, seq],
    ]);
    if (content.type !== 'heads' || !content.valid) continue;
    for (const { stream, seq: signed, head } of signedRows(content.heads)) {
      await tx.query('insert into signed_heads values ($1, $2, $3, $4, $5, $6, $7, 1, $8) on conflict do nothing', [
        ...[key.device, content.epoch, stream, signed, origin.seq, head, content.heads.key, atMs],
      ]);
    }
  }
}
