import type { Stream } from '@lineside/protocol';
import { streamName, type StreamKey } from '../../records/index.ts';
import { rowsOf, type Queryable } from './database.ts';

export interface Journal {
  readonly id: number;
  readonly retired: { readonly last: number; readonly head: string } | undefined;
}

interface JournalSql {
  readonly id: number;
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
  readonly last: number | null;
  readonly head: string | null;
}

const SEEN = `insert into devices (device, first_seen_ms, last_seen_ms)
  select device, $2, $2 from unnest($1::text[]) as device
  on conflict (device) do update set last_seen_ms = excluded.last_seen_ms`;

const LOCK = `select j.id, j.device, j.epoch, j.stream, r.last, r.head
  from journals j left join retired r on r.journal = j.id
  where (j.device, j.epoch, j.stream) in (select * from unnest($1::text[], $2::text[], $3::text[]))
  order by j.id for update of j`;

const ADD = `insert into journals (device, epoch, stream, first_seen_ms)
  select device, epoch, stream, $4 from unnest($1::text[], $2::text[], $3::text[]) as w (device, epoch, stream)
  on conflict do nothing`;

/** The journals of `keys` by stream name; rows that are new are made, and all are locked until the transaction ends. */
export async function lockJournals(
  tx: Queryable,
  keys: readonly StreamKey[],
  atMs: number,
): Promise<Map<string, Journal>> {
  const unique = [...new Map(keys.map((key) => [streamName(key), key])).values()];
  await tx.query(SEEN, [[...new Set(unique.map(({ device }) => device))].sort(), atMs]);
  const known = await lock(tx, unique);
  const missing = unique.filter((key) => !known.has(streamName(key)));
  if (missing.length === 0) return known;
  await tx.query(ADD, [...columns(missing), atMs]);
  return lock(tx, unique);
}

async function lock(tx: Queryable, keys: readonly StreamKey[]): Promise<Map<string, Journal>> {
  const rows = await rowsOf<JournalSql>(tx, LOCK, columns(keys));
  return new Map(
    rows.map(({ id, last, head, ...key }) => [
      streamName(key),
      { id, retired: last === null || head === null ? undefined : { last, head } },
    ]),
  );
}

function columns(keys: readonly StreamKey[]): string[][] {
  return [keys.map(({ device }) => device), keys.map(({ epoch }) => epoch), keys.map(({ stream }) => stream)];
}
