import type Database from 'better-sqlite3';
import type { Finding } from './findings.ts';
import { readMeta, readNumber, writeMeta } from './meta.ts';

/** In table `meta`: the key that signs, and the number of the audit stream from which it is watched. */
export const SIGNING_KEY = 'signing_key';
const SINCE = 'signing_key_since';

/** `action` of the audit record of a change of the key. */
export const SIGNING_KEY_CHANGED = 'signing_key_changed';

/** Trusts `key` from number `since` of the audit stream on: by first use. */
export function pinFrom(database: Database.Database, key: string, since: number): void {
  writeMeta(database, SIGNING_KEY, key);
  writeMeta(database, SINCE, String(since));
}

/** A valid signature in the audit stream. */
interface Use {
  readonly seq: number;
  readonly key: string;
}

/**
 * Signatures with another key than the journal knows for their time. Each change of the key is an audit record; the
 * newest key is the pinned one and, where the device's own is known (`own`), that one. Reports nothing in a journal that
 * was never signed since keys are pinned.
 */
export function foreignKeys(
  database: Database.Database,
  uses: readonly Use[],
  own: string | undefined,
): readonly Finding[] {
  const pinned = readMeta(database, SIGNING_KEY);
  if (pinned === undefined) return [];
  const since = readNumber(database, SINCE);
  const changes = database
    .prepare<[string, number], { readonly seq: number; readonly from: string; readonly to: string }>(
      `SELECT seq, json ->> '$.b.details.from' AS "from", json ->> '$.b.details.to' AS "to" FROM record_audit
       WHERE kind = 'audit' AND json_valid(json) AND json ->> '$.b.action' = ? AND seq >= ? ORDER BY seq`,
    )
    .all(SIGNING_KEY_CHANGED, since);
  // What was in force before the first change, and from each change on.
  const keyAt = (seq: number): string =>
    changes.findLast((change) => change.seq <= seq)?.to ?? changes[0]?.from ?? pinned;
  const found = uses.filter(({ seq, key }) => seq >= since && key !== keyAt(seq)).map(({ seq }) => seq);
  const newest = uses.findLast(({ seq }) => seq >= since);
  const last = changes.at(-1);
  if (last !== undefined && last.to !== pinned) found.push(last.seq);
  if (newest !== undefined && own !== undefined && newest.key !== own && keyAt(newest.seq) === pinned) {
    found.push(newest.seq);
  }
  return [...new Set(found)].map((seq) => ({ stream: 'audit', what: 'other_key', seq, to: seq }));
}
