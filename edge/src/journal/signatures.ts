import { HEADS_SIGNED, readSignedHeads, signatureHolds, STREAMS, type Stream } from '@lineside/protocol';
import type Database from 'better-sqlite3';
import type { Finding, SignatureVerdict } from './findings.ts';

export interface Signatures {
  readonly verdict: SignatureVerdict;
  readonly broken: readonly Finding[];
  /** Hashes that a signature vouches for, by stream and number. */
  readonly hashes: ReadonlyMap<Stream, ReadonlyMap<number, string>>;
}

/** Every signed head in the audit stream of this journal, checked. Two that contradict each other count as broken. */
export function readSignatures(
  database: Database.Database,
  journal: { readonly device: string; readonly epoch: string },
): Signatures {
  const rows = database
    .prepare<[string], { readonly seq: number; readonly body: string }>(
      "SELECT seq, json ->> '$.b' AS body FROM record_audit WHERE kind = 'audit' AND json ->> '$.b.action' = ? ORDER BY seq",
    )
    .all(HEADS_SIGNED);
  const hashes = new Map<Stream, Map<number, string>>(STREAMS.map((stream) => [stream, new Map<number, string>()]));
  const broken: Finding[] = [];
  const keys = new Set<string>();
  let held = 0;
  for (const { seq, body } of rows) {
    const signed = readSignedHeads(JSON.parse(body));
    const holds = signed !== undefined && signatureHolds(journal.device, journal.epoch, signed);
    if (!holds || contradicts(hashes, signed.ends)) {
      broken.push({ stream: 'audit', what: 'signature_broken', seq, to: seq });
      continue;
    }
    held += 1;
    keys.add(signed.key);
    for (const stream of STREAMS) hashes.get(stream)?.set(signed.ends[stream].seq, signed.ends[stream].head);
  }
  const newest = held === 0 ? {} : { newest: rows.at(-1)?.seq ?? 0 };
  return { verdict: { held, keys: [...keys], ...newest }, broken, hashes };
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
