import { hash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { Stream } from './streams.ts';
import type { WireRecord } from './wire-record.ts';

/** Hash before the first record of a stream: binds the chain to device, epoch and stream. 64 hex digits. */
export function chainStart(device: string, epoch: string, stream: Stream): string {
  return hash('sha256', `lineside/v1\n${device}\n${epoch}\n${stream}\n`, 'hex');
}

/** h_n = SHA-256(h_{n-1} || JCS(record)), the previous hash as its 64 hex characters; `json` is canonicalJson(record). */
export function chainNext(previous: string, json: string): string {
  return hash('sha256', `${previous}\n${json}`, 'hex');
}

/** Head after `records`, starting from `previous`. */
export function chainOver(previous: string, records: readonly WireRecord[]): string {
  return records.reduce((head, record) => chainNext(head, canonicalJson(record)), previous);
}
