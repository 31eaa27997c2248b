import {
  AuditBody,
  Batch,
  canonicalJson,
  chainNext,
  decode,
  MalformedPayload,
  MAX_BATCH_BYTES,
  MediaBody,
  readEventBody,
  readSignedHeads,
  signatureHolds,
  TelemetryBody,
  TombstoneBody,
  type Stream,
} from '@lineside/protocol';
import { z } from 'zod';
import { messageOf, systemCode } from '@lineside/kit';
import type { CheckedBatch, CheckedRecord, Meaning, StreamKey } from '../store/index.ts';

/** Why a message was refused; labels of a metric, so the set is closed. */
export type MalformedReason =
  | 'topic'
  | 'not_json'
  | 'too_big'
  | 'too_deep'
  | 'schema'
  | 'device_mismatch'
  | 'stream_mismatch';

/** Why a record's body was kept without being read. */
export type UnreadReason = 'unknown_kind' | 'body_invalid';

export type Checked =
  | { readonly batch: CheckedBatch; readonly unread: readonly UnreadReason[] }
  | { readonly malformed: MalformedReason; readonly detail: string };

/** Deeper than anything the product writes, shallower than any recursion's limit. */
const MAX_DEPTH = 32;

/** What record kinds each stream is known to hold; others are kept and not read. */
const KNOWN_KINDS: Readonly<Record<Stream, RegExp>> = {
  audit: /^(audit|tombstone)$/,
  events: /^(event|opened|updated|closed|tombstone)$/,
  telemetry: /^(telemetry|inspection|counters|tombstone)$/,
  media: /^(media|snapshot|tombstone)$/,
};

/**
 * Takes a hostile payload apart. `device` and `stream` are the topic's, which the broker has checked; the envelope must
 * agree with them. The hashes are over the records as they came, not over what the schema kept of them.
 */
export function checkBatch(device: string, stream: Stream, payload: Uint8Array): Checked {
  const opened = openPayload(payload, MAX_BATCH_BYTES);
  if ('malformed' in opened) return opened;
  const parsed = Batch.safeParse(opened.value);
  if (!parsed.success) return { malformed: 'schema', detail: firstIssue(parsed.error) };
  const { dev, epoch, from, to, prev, head, ev } = parsed.data;
  if (dev !== device) return { malformed: 'device_mismatch', detail: `envelope says ${dev}` };
  if (parsed.data.stream !== stream)
    return { malformed: 'stream_mismatch', detail: `envelope says ${parsed.data.stream}` };
  const raw = (opened.value as { ev: unknown[] }).ev;
  const unread: UnreadReason[] = [];
  const records: CheckedRecord[] = [];
  let hash = prev;
  for (const [index, record] of ev.entries()) {
    const json = canonical(raw[index]);
    if (json === undefined) return { malformed: 'schema', detail: `record ${record.s} has no canonical form` };
    hash = chainNext(hash, json);
    const meaning = read({ device, epoch, stream }, record.k, record.s, record.b);
    if (typeof meaning === 'string') unread.push(meaning);
    records.push({
      seq: record.s,
      id: record.id,
      ...(record.was === undefined ? {} : { was: { epoch: record.was.epoch, seq: record.was.s } }),
      kind: record.k,
      wallMs: record.t,
      clock: record.q,
      json,
      hash,
      meaning: typeof meaning === 'string' ? { is: 'other' } : meaning,
    });
  }
  return { batch: { key: { device, epoch, stream }, from, to, prev, head, records }, unread };
}

/** Undefined for what JSON can say and its canonical form cannot: half of a surrogate pair. */
function canonical(record: unknown): string | undefined {
  try {
    return canonicalJson(record);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** JSON of a payload, with size and depth bounded, or why it is none. */
export function openPayload(
  payload: Uint8Array,
  maxBytes: number,
): { value: unknown } | { malformed: MalformedReason; detail: string } {
  let value: unknown;
  try {
    value = decode(z.unknown(), payload, maxBytes);
  } catch (error) {
    if (!(error instanceof MalformedPayload)) throw error;
    const tooBig = error.cause instanceof RangeError || systemCode(error.cause) === 'ERR_BUFFER_TOO_LARGE';
    return { malformed: tooBig ? 'too_big' : 'not_json', detail: error.message };
  }
  return isDeep(value) ? { malformed: 'too_deep', detail: `deeper than ${MAX_DEPTH}` } : { value };
}

/** Without recursion, because the value's depth is the attacker's choice. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item as Record<string, unknown>) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

function read(key: StreamKey, kind: string, seq: number, body: unknown): Meaning | UnreadReason {
  const meaning = kind === 'tombstone' ? readTombstone(seq, body) : readBody(key, body);
  if (meaning !== undefined) return meaning;
  return KNOWN_KINDS[key.stream].test(kind) ? 'body_invalid' : 'unknown_kind';
}

/** A tombstone can only give up numbers before its own. */
function readTombstone(seq: number, value: unknown): Meaning | undefined {
  const { success, data } = TombstoneBody.safeParse(value);
  if (!success || data.from > data.to || data.to >= seq) return undefined;
  return { is: 'tombstone', body: data };
}

function readBody({ device, epoch, stream }: StreamKey, value: unknown): Meaning | undefined {
  switch (stream) {
    case 'events': {
      const body = readEventBody(value);
      return body && { is: 'event', body };
    }
    case 'telemetry': {
      const { data } = TelemetryBody.safeParse(value);
      return data && { is: 'telemetry', body: data };
    }
    case 'media': {
      const { data } = MediaBody.safeParse(value);
      return data && { is: 'media', body: data };
    }
    case 'audit': {
      const heads = readSignedHeads(value);
      if (heads !== undefined) return { is: 'heads', heads, holds: signatureHolds(device, epoch, heads) };
      return AuditBody.safeParse(value).success ? { is: 'other' } : undefined;
    }
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? messageOf(error) : `${issue.path.join('.')}: ${issue.message}`;
}
