import {
  HEADS_SIGNED,
  readSignedHeads,
  signedEpoch,
  type SignedHeads,
  STREAMS,
  type Stream,
  type Transferred,
} from '@lineside/protocol';
import type Database from 'better-sqlite3';
import type { Finding, SignatureVerdict } from './findings.ts';

export interface Signatures {
  readonly verdict: SignatureVerdict;
  readonly broken: readonly Finding[];
  /** Those that hold, oldest first. */
  readonly valid: readonly (SignedHeads & { readonly at: number })[];
  /** Hashes that a signature vouches for, by stream and number. */
  readonly hashes: ReadonlyMap<Stream, ReadonlyMap<number, string>>;
}

interface SignatureRow {
  readonly seq: number;
  readonly body: string;
  readonly epoch: string | null;
  readonly origin: string | null;
}

/**
 * Every signed head in the audit stream of this journal, checked. Two that contradict each other count as broken. One
 * that recovery has transferred is about an earlier journal and says nothing of the chains of this one.
 */
export function readSignatures(
  database: Database.Database,
  journal: { readonly device: string; readonly epoch: string },
): Signatures {
  const rows = database
    .prepare<[string], SignatureRow>(
      `SELECT seq, json ->> '$.b' AS body, json ->> '$.was.epoch' AS epoch, json ->> '$.was.origin' AS origin
       FROM record_audit WHERE kind = 'audit' AND json_valid(json) AND json ->> '$.b.action' = ? ORDER BY seq`,
    )
    .all(HEADS_SIGNED);
  const hashes = new Map<Stream, Map<number, string>>(STREAMS.map((stream) => [stream, new Map<number, string>()]));
  const broken: Finding[] = [];
  const keys = new Set<string>();
  const valid: (SignedHeads & { at: number })[] = [];
  let held = 0;
  let newest = 0;
  for (const row of rows) {
    const signed = readSignedHeads(JSON.parse(row.body));
    const epoch = signed && signedEpoch(journal.device, journal.epoch, wasOf(row), signed);
    if (signed !== undefined && epoch !== undefined && epoch !== journal.epoch) continue;
    if (signed === undefined || epoch === undefined || contradicts(hashes, signed.ends)) {
      if (!isOfUnknownOrigin(row, signed))
        broken.push({ stream: 'audit', what: 'signature_broken', seq: row.seq, to: row.seq });
      continue;
    }
    held += 1;
    valid.push({ ...signed, at: row.seq });
    newest = row.seq;
    keys.add(signed.key);
    for (const stream of STREAMS) hashes.get(stream)?.set(signed.ends[stream].seq, signed.ends[stream].head);
  }
  return { verdict: { held, keys: [...keys], ...(held === 0 ? {} : { newest }) }, broken, valid, hashes };
}

function wasOf({ epoch, origin }: SignatureRow): Transferred | undefined {
  return epoch === null ? undefined : { epoch, ...(origin === null ? {} : { origin }) };
}

/** Version 0.1 transferred records a second time without the name of the journal that they came from first. */
function isOfUnknownOrigin({ epoch, origin }: SignatureRow, signed: SignedHeads | undefined): boolean {
  return signed !== undefined && epoch !== null && origin === null;
}

function contradicts(
  hashes: ReadonlyMap<Stream, ReadonlyMap<number, string>>,
  ends: Readonly<Record<Stream, { readonly seq: number; readonly head: string }>>,
): boolean {
  return STREAMS.some((stream) => {
    const known = hashes.get(stream)?.get(ends[stream].seq);
    return known !== undefined && known !== ends[stream].head;
  });
}
