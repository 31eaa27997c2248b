import {
  AuditBody,
  type AddressOf,
  type Batch,
  canonicalJson,
  chainNext,
  MediaBody,
  readEventBody,
  readSignedHeads,
  type RefusalReason,
  signatureHolds,
  type Stream,
  TelemetryBody,
  TombstoneBody,
} from '@lineside/protocol';
import type { StreamKey } from '../records/index.ts';
import type { CheckedBatch, CheckedRecord, RecordContent } from './checked-batch.ts';

/** Why a message was refused; labels of a metric, so the set is closed. */
export type RefusedReason = RefusalReason | 'device_mismatch' | 'stream_mismatch';

/** Why a record's body was stored without being read. */
export type UnreadReason = 'unknown_kind' | 'body_invalid';

export type Checked =
  | { readonly batch: CheckedBatch; readonly unread: readonly UnreadReason[] }
  | { readonly refused: RefusedReason; readonly detail: string };

/** The record kinds that each stream is known to have; others are stored and not read. */
const KNOWN_KINDS: Readonly<Record<Stream, RegExp>> = {
  audit: /^(audit|tombstone)$/,
  events: /^(event|opened|updated|closed|tombstone)$/,
  telemetry: /^(telemetry|inspection|counters|tombstone)$/,
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
  const asReceived = (raw as { ev: unknown[] }).ev;
  const unread: UnreadReason[] = [];
  const records: CheckedRecord[] = [];
  let hash = prev;
  for (const [index, record] of ev.entries()) {
    const json = canonical(asReceived[index]);
    if (json === undefined) return { refused: 'schema', detail: `record ${record.s} has no canonical form` };
    hash = chainNext(hash, json);
    const content = readContent({ device, epoch, stream }, record.k, record.s, record.b);
    if (typeof content === 'string') unread.push(content);
    records.push({
      seq: record.s,
      id: record.id,
      ...(record.was === undefined ? {} : { was: { epoch: record.was.epoch, seq: record.was.s } }),
      kind: record.k,
      wallMs: record.t,
      clock: record.q,
      json,
      hash,
      content: typeof content === 'string' ? { type: 'other' } : content,
    });
  }
  return { batch: { key: { device, epoch, stream }, from, to, prev, head, records }, unread };
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

function readContent(key: StreamKey, kind: string, seq: number, body: unknown): RecordContent | UnreadReason {
  const content = kind === 'tombstone' ? readTombstone(seq, body) : readBody(key, body);
  if (content !== undefined) return content;
  return KNOWN_KINDS[key.stream].test(kind) ? 'body_invalid' : 'unknown_kind';
}

/** A tombstone can declare only numbers before its own. */
function readTombstone(seq: number, value: unknown): RecordContent | undefined {
  const { success, data } = TombstoneBody.safeParse(value);
  if (!success || data.from > data.to || data.to >= seq) return undefined;
  return { type: 'tombstone', body: data };
}

function readBody({ device, epoch, stream }: StreamKey, value: unknown): RecordContent | undefined {
  switch (stream) {
    case 'events': {
      const body = readEventBody(value);
      return body && { type: 'event', body };
    }
    case 'telemetry': {
      const { data } = TelemetryBody.safeParse(value);
      return data && { type: 'telemetry', body: data };
    }
    case 'media': {
      const { data } = MediaBody.safeParse(value);
      return data && { type: 'media', body: data };
    }
    case 'audit': {
      const heads = readSignedHeads(value);
      if (heads !== undefined) return { type: 'heads', heads, valid: signatureHolds(device, epoch, heads) };
      return AuditBody.safeParse(value).success ? { type: 'other' } : undefined;
    }
  }
}
