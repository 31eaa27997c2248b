import {
  AuditBody,
  chainNext,
  chainStart,
  MediaBody,
  readEventBody,
  STREAMS,
  type Stream,
  TelemetryBody,
  WireRecord,
} from '@lineside/protocol';
import type { PageRow } from './pages.ts';

/** A record that was read back, and whether the hash chain proves that it is what was written. */
export interface SalvagedRow extends PageRow {
  readonly proved: boolean;
}

/** Where a stream's chain can be entered: the hash after `seq`. */
export interface Anchor {
  readonly stream: Stream;
  readonly seq: number;
  readonly hash: string;
}

interface Chain {
  stream: Stream | undefined;
  readonly proved: boolean;
}

/**
 * Assigns rows of raw pages to their streams: rows whose hash follows from another's are of the same one, and a chain is
 * recognised by its start or by the bodies of its records. Returns each stream's rows by number.
 */
export function sortRows(
  rows: Iterable<PageRow>,
  anchors: readonly Anchor[],
): ReadonlyMap<Stream, ReadonlyMap<number, SalvagedRow>> {
  const bySeq = new Map<number, Map<string, PageRow>>();
  for (const row of rows) {
    if (!isRecord(row)) continue;
    const same = bySeq.get(row.seq) ?? new Map<string, PageRow>();
    bySeq.set(row.seq, same.set(row.hash, row));
  }
  const chains = new Map<PageRow, Chain>();
  for (const seq of [...bySeq.keys()].toSorted((a, b) => a - b)) {
    for (const row of bySeq.get(seq)?.values() ?? []) {
      const before = [...(bySeq.get(seq - 1)?.values() ?? [])].find((other) => follows(other.hash, row));
      const chain = (before && chains.get(before)) ?? newChain(row, anchors);
      chain.stream ??= streamOfBody(row);
      chains.set(row, chain);
    }
  }
  const sorted = new Map<Stream, Map<number, SalvagedRow>>(STREAMS.map((stream) => [stream, new Map()]));
  for (const [row, { stream, proved }] of chains) {
    const held = stream && sorted.get(stream);
    if (held !== undefined && (proved || !held.has(row.seq))) held.set(row.seq, { ...row, proved });
  }
  return sorted;
}

/** Where the chains of a device's streams start. */
export function startsOf(device: string, epoch: string): readonly Anchor[] {
  return STREAMS.map((stream) => ({ stream, seq: 0, hash: chainStart(device, epoch, stream) }));
}

function newChain(row: PageRow, anchors: readonly Anchor[]): Chain {
  const anchor = anchors.find(({ seq, hash }) => seq === row.seq - 1 && follows(hash, row));
  return { stream: anchor?.stream, proved: anchor !== undefined };
}

function follows(hash: string, row: PageRow): boolean {
  return chainNext(hash, row.json) === row.hash;
}

function isRecord({ json, seq, kind }: PageRow): boolean {
  const record = WireRecord.safeParse(jsonOf(json));
  return record.success && record.data.s === seq && record.data.k === kind;
}

function streamOfBody({ json }: PageRow): Stream | undefined {
  const body = WireRecord.safeParse(jsonOf(json)).data?.b;
  if (readEventBody(body) !== undefined) return 'events';
  if (TelemetryBody.safeParse(body).success) return 'telemetry';
  if (MediaBody.safeParse(body).success) return 'media';
  return AuditBody.safeParse(body).success ? 'audit' : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
