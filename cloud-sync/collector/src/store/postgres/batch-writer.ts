import { chainStart, mergeRanges, type SeqRange } from '@lineside/protocol';
import {
  brokenLinks,
  WATERMARK_RANGES,
  watermarkOf,
  type BatchOutcome,
  type CheckedBatch,
  type CheckedRecord,
  type Watermark,
} from '../../ingest/index.ts';
import { plainText, streamName, type BrokenLink, type StreamKey } from '../../records/index.ts';
import { rowsOf, type Queryable } from './database.ts';
import { bookEarlier, earlierKeys, storedEarlier, type StoredEarlier } from './earlier-journals.ts';
import { lockJournals, type Journal } from './journals.ts';
import { Neighbours } from './neighbours.ts';
import { ReadTables } from './read-tables.ts';
import { addSpan, lowestSpans } from './spans.ts';

interface Entry {
  readonly batch: CheckedBatch;
  readonly journal: Journal;
  /** Records that retention has not taken away. */
  readonly records: readonly CheckedRecord[];
}

interface Counts {
  inserted: number;
  conflicts: number;
  breaks: number;
  declared: number;
}

type Break = BrokenLink & { readonly journal: number };

const HASH_AT = `select coalesce(
    (select head from retired where journal = $1 and last = $2),
    (select hash from records where journal = $1 and seq = $2),
    (select head from declared where journal = $1 and last = $2 order by tombstone desc limit 1)) as hash`;

const INSERT = `insert into records (journal, seq, hash, kind, wall_ms, received_ms, json)
  select w.journal, w.seq, w.hash, w.kind, w.wall_ms, $6, w.json
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $7::text[])
    as w (journal, seq, hash, kind, wall_ms, json)
  on conflict do nothing returning journal, seq`;

const INSERT_CONFLICTS = `insert into conflicts
    (journal, seq, kept_hash, refused_hash, refused_json, content_differs, at_ms)
  select w.journal, w.seq, r.hash, w.hash, w.json, (r.json <> w.json)::integer, $5
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as w (journal, seq, hash, json)
  join records r using (journal, seq) where r.hash <> w.hash
  on conflict (journal, seq) do update set times = conflicts.times + 1
  returning journal, seq`;

const INSERT_BREAKS = `insert into chain_breaks (journal, seq, link, expected, found, at_ms)
  select journal, seq, link, expected, found, $6
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
    as w (journal, seq, link, expected, found)
  on conflict (journal, seq, link) do update set times = chain_breaks.times + 1`;

/**
 * Writes a group of batches in few statements, inside the transaction `tx`. Rows of the group's devices are locked
 * first and in one order, so that collectors that write for the same device wait for each other and never in a circle.
 */
export async function writeBatches(
  tx: Queryable,
  batches: readonly CheckedBatch[],
  atMs: number,
): Promise<readonly BatchOutcome[]> {
  const journals = await lockJournals(tx, [...batches.map(({ key }) => key), ...earlierKeys(batches)], atMs);
  const entries = batches.map((batch): Entry => {
    const journal = journals.get(streamName(batch.key));
    if (journal === undefined) throw new Error('the journal was locked a moment ago');
    const last = journal.retired?.last ?? 0;
    return { batch, journal, records: batch.records.filter(({ seq }) => seq > last) };
  });
  const neighbours = await Neighbours.around(tx, entries);
  const fresh = await insertRecords(tx, entries, atMs);
  const { counts, news, repeats } = compareWithStored(entries, neighbours, fresh);
  await saveBreaks(tx, neighbours.breaks, atMs);
  await saveConflicts(tx, repeats, counts, atMs);
  await saveSpans(tx, entries, news, counts);
  const earlier = await storedEarlier(tx, news);
  await bookOf(tx, news, earlier, counts, atMs);
  await writeReadTables(tx, news, earlier.read, atMs);
  await countStored(tx, entries, counts);
  const watermarks = await watermarksOf(tx, entries);
  return entries.map(({ batch, journal }, index): BatchOutcome => {
    const { inserted, conflicts, breaks, declared } = at(counts, index);
    const duplicates = batch.records.length - inserted - conflicts;
    const { head, ...watermark } = watermarks.get(journal.id) ?? { upto: 0, sack: [] };
    const known = head === undefined ? {} : { head };
    return { inserted, conflicts, breaks, declared, duplicates, watermark, ...known };
  });
}

/** Names of the records that were not stored before. */
async function insertRecords(tx: Queryable, entries: readonly Entry[], atMs: number): Promise<Set<string>> {
  const rows = entries.flatMap(({ journal, records }) => records.map((record) => ({ journal: journal.id, record })));
  const inserted = await rowsOf<{ journal: number; seq: number }>(tx, INSERT, [
    rows.map(({ journal }) => journal),
    rows.map(({ record }) => record.seq),
    rows.map(({ record }) => record.hash),
    rows.map(({ record }) => plainText(record.kind)),
    rows.map(({ record }) => record.wallMs),
    atMs,
    rows.map(({ record }) => record.json),
  ]);
  return new Set(inserted.map(({ journal, seq }) => recordName(journal, seq)));
}

interface New {
  readonly index: number;
  readonly journal: number;
  readonly key: StreamKey;
  readonly record: CheckedRecord;
}

/** Goes through the group in order, as if one batch after the other were written. */
function compareWithStored(entries: readonly Entry[], neighbours: Neighbours, fresh: Set<string>) {
  const counts: Counts[] = [];
  const news: New[] = [];
  const repeats: New[] = [];
  for (const [index, { batch, journal, records }] of entries.entries()) {
    const breaks = checkLinks(journal, batch, neighbours);
    let inserted = 0;
    for (const record of records) {
      const item = { index, journal: journal.id, key: batch.key, record };
      // Of two records with one number in a group the first is the one that was inserted.
      if (fresh.delete(recordName(journal.id, record.seq))) {
        inserted += 1;
        news.push(item);
        neighbours.remember(journal.id, record);
      } else repeats.push(item);
    }
    counts.push({ inserted, breaks, conflicts: 0, declared: 0 });
  }
  return { counts, news, repeats };
}

/** Records links that do not match what stood before; returns how many there are. */
function checkLinks(journal: Journal, batch: CheckedBatch, neighbours: Neighbours): number {
  const broken = brokenLinks(batch, neighbours.of(journal));
  neighbours.breaks.push(...broken.map((link) => ({ ...link, journal: journal.id })));
  return broken.length;
}

async function saveBreaks(tx: Queryable, breaks: readonly Break[], atMs: number): Promise<void> {
  const once = [...new Map(breaks.map((row) => [`${row.journal}/${row.seq}/${row.link}`, row])).values()];
  if (once.length === 0) return;
  await tx.query(INSERT_BREAKS, [
    once.map(({ journal }) => journal),
    once.map(({ seq }) => seq),
    once.map(({ link }) => link),
    once.map(({ expected }) => expected),
    once.map(({ found }) => found),
    atMs,
  ]);
}

/** Of the records that were stored already, keeps those that arrived with another hash. */
async function saveConflicts(
  tx: Queryable,
  repeats: readonly New[],
  counts: readonly Counts[],
  atMs: number,
): Promise<void> {
  const once = [...new Map(repeats.map((row) => [recordName(row.journal, row.record.seq), row])).values()];
  if (once.length === 0) return;
  const rows = await rowsOf<{ journal: number; seq: number }>(tx, INSERT_CONFLICTS, [
    once.map(({ journal }) => journal),
    once.map(({ record }) => record.seq),
    once.map(({ record }) => record.hash),
    once.map(({ record }) => record.json),
    atMs,
  ]);
  const differing = new Set(rows.map(({ journal, seq }) => recordName(journal, seq)));
  for (const { index, journal, record } of repeats) {
    if (differing.has(recordName(journal, record.seq))) at(counts, index).conflicts += 1;
  }
}

async function saveSpans(
  tx: Queryable,
  entries: readonly Entry[],
  news: readonly New[],
  counts: readonly Counts[],
): Promise<void> {
  const ranges = new Map<number, SeqRange[]>();
  for (const { batch, journal } of entries) {
    ranges.set(journal.id, [...(ranges.get(journal.id) ?? []), [batch.from, batch.to]]);
  }
  for (const [journal, taken] of ranges) {
    for (const [first, last] of mergeRanges(taken)) await addSpan(tx, journal, [first, last]);
  }
  for (const { index, journal, record } of news) {
    if (record.content.type !== 'tombstone') continue;
    const { from, to, reason, head } = record.content.body;
    await tx.query('insert into declared values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [
      ...[journal, from, to, plainText(reason), head, record.seq],
    ]);
    at(counts, index).declared += await addSpan(tx, journal, [from, to]);
  }
}

/** What new records say of earlier journals. */
async function bookOf(
  tx: Queryable,
  news: readonly New[],
  earlier: StoredEarlier<New>,
  counts: readonly Counts[],
  atMs: number,
): Promise<void> {
  const declared = await bookEarlier(tx, news, earlier, atMs);
  for (const [n, { index }] of news.entries()) at(counts, index).declared += declared[n] ?? 0;
}

/** Writes the content of new records to the read tables. */
async function writeReadTables(
  tx: Queryable,
  news: readonly New[],
  known: ReadonlySet<New>,
  atMs: number,
): Promise<void> {
  const tables = new ReadTables();
  for (const item of news) {
    const { journal, key, record } = item;
    const { content } = record;
    if (known.has(item)) continue;
    switch (content.type) {
      case 'event':
        tables.transition(key.device, journal, record, content.body);
        break;
      case 'telemetry':
        tables.telemetry(key.device, journal, record, content.body, atMs);
        break;
      case 'media':
        tables.expectMedia(key.device, content.body);
        break;
      case 'heads':
        tables.signature(key.device, record.earlier.at(-1)?.seq ?? record.seq, content, atMs);
        break;
      case 'tombstone':
      case 'transfer':
      case 'other':
        break;
    }
  }
  await tables.save(tx, atMs);
}

async function countStored(tx: Queryable, entries: readonly Entry[], counts: readonly Counts[]): Promise<void> {
  const sums = new Map<number, number>();
  for (const [index, { journal }] of entries.entries()) {
    sums.set(journal.id, (sums.get(journal.id) ?? 0) + at(counts, index).inserted);
  }
  const grown = [...sums].filter(([, sum]) => sum > 0);
  if (grown.length === 0) return;
  await tx.query(
    `update journals j set stored = j.stored + w.n from unnest($1::bigint[], $2::bigint[]) as w (id, n)
     where j.id = w.id`,
    [grown.map(([id]) => id), grown.map(([, sum]) => sum)],
  );
}

/** With the chain hash at each, which an acknowledgement must carry: of its record, or of what stands in its place. */
async function watermarksOf(
  tx: Queryable,
  entries: readonly Entry[],
): Promise<Map<number, Watermark & { readonly head?: string }>> {
  const watermarks = new Map<number, Watermark & { readonly head?: string }>();
  for (const { journal, batch } of entries) {
    if (watermarks.has(journal.id)) continue;
    const watermark = watermarkOf(await lowestSpans(tx, journal.id, WATERMARK_RANGES));
    const { device, epoch, stream } = batch.key;
    const [found] = await rowsOf<{ hash: string | null }>(tx, HASH_AT, [journal.id, watermark.upto]);
    const head = watermark.upto === 0 ? chainStart(device, epoch, stream) : found?.hash;
    watermarks.set(journal.id, { ...watermark, ...(typeof head === 'string' ? { head } : {}) });
  }
  return watermarks;
}

function recordName(journal: number, seq: number): string {
  return `${journal}:${seq}`;
}

function at(counts: readonly Counts[], index: number): Counts {
  const found = counts[index];
  if (found === undefined) throw new RangeError(`no batch ${index} in this group`);
  return found;
}
