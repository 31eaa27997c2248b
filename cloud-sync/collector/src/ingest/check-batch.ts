import {
  AuditBody,
  type AddressOf,
  type Batch,
  canonicalJson,
  chainNext,
  earlierNumbers,
  MediaBody,
  readEventBody,
  readSignedHeads,
  readTransfer,
  type RefusalReason,
  signedEpoch,
  type SignedHeads,
  type Stream,
  TelemetryBody,
  TombstoneBody,
  WireRecord,
} from '@lineside/protocol';
import type { StreamKey } from '../records/index.ts';
import type { CheckedBatch, CheckedRecord, RecordContent } from './checked-batch.ts';

/** Why a message was refused; labels of a metric, so the set is closed. */
export type RefusedReason =
  | RefusalReason
  | 'device_mismatch'
  | 'stream_mismatch'
  | 'number_out_of_range'
  | 'too_many_epochs';

/** No stream of a device gets so long: 30 records a second for ten years. Higher numbers would only make false gaps. */
export const MAX_SEQ = 10_000_000_000;

/** Why a record's body was stored without being read. */
export type UnreadReason = 'unknown_kind' | 'body_invalid';

export type Checked =
  | { readonly batch: CheckedBatch; readonly unread: readonly UnreadReason[] }
  | { readonly refused: RefusedReason; readonly detail: string };

/** Kinds of telemetry about what the line makes, and about what is given to its controller. */
const PRODUCTION_KINDS: readonly string[] = ['production', 'equipment', 'operation', 'outputs'];

/** The record kinds that each stream is known to have; others are stored and not read. */
const KNOWN_KINDS: Readonly<Record<Stream, RegExp>> = {
  audit: /^(audit|tombstone)$/,
  events: /^(event|opened|updated|closed|tombstone)$/,
  telemetry: /^(telemetry|inspection|counters|production|equipment|operation|outputs|tombstone)$/,
  media: /^(media|snapshot|tombstone)$/,
};

/**
 * Checks what the schema cannot: that the envelope agrees with the topic, whose device the broker has checked, and the
 * hashes. They cover the records as received (`raw`), not what the schema kept of them.
 */
export function checkBatch({ device, stream }: AddressOf<'up'>, batch: Batch, raw: unknown): Checked {
  const { dev, epoch, from, to, prev, head, ev } = batch;
  if (dev !== device) return { refused: 'device_mismatch', detail: `envelope says ${dev}` };
  if (batch.stream !== stream) return { refused: 'stream_mismatch', detail: `envelope says ${batch.stream}` };
  if (to > MAX_SEQ) return { refused: 'number_out_of_range', detail: `record ${to}` };
  const asReceived = (raw as { ev: unknown[] }).ev;
  const unread: UnreadReason[] = [];
  const records: CheckedRecord[] = [];
  let hash = prev;
  for (const [index, record] of ev.entries()) {
    const json = canonical(asReceived[index]);
    if (json === undefined) return { refused: 'schema', detail: `record ${record.s} has no canonical form` };
    hash = chainNext(hash, json);
    const content = readContent({ device, epoch, stream }, record);
    if (typeof content === 'string') unread.push(content);
    records.push(checkedRecord(record, content, json, hash));
  }
  return { batch: { key: { device, epoch, stream }, from, to, prev, head, records }, unread };
}

/** A stored record read as it was when it arrived; undefined where its text is not that of a record. */
export function readStored(key: StreamKey, json: string, hash: string): CheckedRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { data } = WireRecord.safeParse(value);
  return data && checkedRecord(data, readContent(key, data), json, hash);
}

function checkedRecord(
  record: WireRecord,
  content: RecordContent | UnreadReason,
  json: string,
  hash: string,
): CheckedRecord {
  return {
    seq: record.s,
    id: record.id,
    earlier: earlierNumbers(record.was),
    kind: record.k,
    wallMs: record.t,
    clock: record.q,
    json,
    hash,
    content: typeof content === 'string' ? { type: 'other' } : content,
  };
}

/** Undefined for what JSON allows and its canonical form does not: half of a surrogate pair. */
function canonical(record: unknown): string | undefined {
  try {
    return canonicalJson(record);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function readContent(key: StreamKey, { k, s, b, was }: WireRecord): RecordContent | UnreadReason {
  const content = k === 'tombstone' ? readTombstone(s, b) : readBody(key, k, b, was);
  if (content !== undefined) return content;
  return KNOWN_KINDS[key.stream].test(k) ? 'body_invalid' : 'unknown_kind';
}

/** A tombstone can declare only numbers before its own. */
function readTombstone(seq: number, value: unknown): RecordContent | undefined {
  const { success, data } = TombstoneBody.safeParse(value);
  if (!success || data.from > data.to || data.to >= seq) return undefined;
  return { type: 'tombstone', body: data };
}

function readBody(key: StreamKey, kind: string, value: unknown, was: WireRecord['was']): RecordContent | undefined {
  switch (key.stream) {
    case 'events': {
      const body = readEventBody(value);
      return body && { type: 'event', body };
    }
    case 'telemetry': {
      // Counts, times, equipment and operations are kept as they are; nothing reads them here yet.
      if (PRODUCTION_KINDS.includes(kind)) return { type: 'other' };
      const { data } = TelemetryBody.safeParse(value);
      return data && { type: 'telemetry', body: data };
    }
    case 'media': {
      const { data } = MediaBody.safeParse(value);
      return data && { type: 'media', body: data };
    }
    case 'audit': {
      const heads = readSignedHeads(value);
      if (heads !== undefined) return checkHeads(key, heads, was);
      const transfer = readTransfer(value);
      if (transfer !== undefined && transfer.epoch !== key.epoch) {
        return { type: 'transfer', transfer: { ...transfer, reason: `journal_${transfer.reason}` } };
      }
      return AuditBody.safeParse(value).success ? { type: 'other' } : undefined;
    }
  }
}

/** A transferred signature is about the chains of an earlier journal, whose name version 0.1 did not always keep. */
function checkHeads({ device, epoch }: StreamKey, heads: SignedHeads, was: WireRecord['was']): RecordContent {
  const signed = signedEpoch(device, epoch, was, heads);
  if (signed !== undefined) return { type: 'heads', heads, epoch: signed, valid: true };
  if (was !== undefined && was.origin === undefined) return { type: 'other' };
  return { type: 'heads', heads, epoch: was?.origin ?? epoch, valid: false };
}
