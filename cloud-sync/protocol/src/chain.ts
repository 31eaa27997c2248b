import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Stream } from './topics.ts';
import type { WireRecord } from './envelope.ts';

/** Canonical JSON (RFC 8785): the same bytes for the same value on both ends. Throws on NaN and infinities. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** Hash before the first record of a stream: binds the chain to device, epoch and stream. 64 hex digits. */
export function chainStart(device: string, epoch: string, stream: Stream): string {
  return createHash('sha256').update(`lineside/v1\n${device}\n${epoch}\n${stream}\n`).digest('hex');
}

/** h_n = SHA-256(h_{n-1} || JCS(record)), the previous hash as its 64 hex characters; `json` is canonicalJson(record). */
export function chainNext(previous: string, json: string): string {
  return createHash('sha256').update(previous).update('\n').update(json).digest('hex');
}

/** Head after `records`, starting from `previous`. */
export function chainOver(previous: string, records: readonly WireRecord[]): string {
  return records.reduce((head, record) => chainNext(head, canonicalJson(record)), previous);
}
