import type { Stream } from '@lineside/protocol/records';
import type { StreamHead } from './stream-table.ts';

/** Most bytes of JSON of each stream. */
export type StreamQuotas = Readonly<Record<Stream, number>>;

/** Fractions of the journal's quota where nothing is configured; what the others leave is available to events. */
const DEFAULT_FRACTIONS: StreamQuotas = { audit: 1 / 4, telemetry: 1 / 4, media: 1 / 4, events: 1 };

/**
 * The overflow rules. `overwrite_oldest`: the oldest are evicted, with a tombstone where the collector lacks them.
 * `reject_new`: nothing undelivered is evicted; new records are refused with an alarm.
 */
export const OVERFLOW: Readonly<Record<Stream, 'overwrite_oldest' | 'reject_new'>> = {
  audit: 'reject_new',
  events: 'overwrite_oldest',
  telemetry: 'overwrite_oldest',
  media: 'overwrite_oldest',
};

export function streamQuotas(journalBytes: number, configured: Partial<StreamQuotas> = {}): StreamQuotas {
  const of = (stream: Stream): number =>
    Math.min(journalBytes, configured[stream] ?? journalBytes * DEFAULT_FRACTIONS[stream]);
  return { audit: of('audit'), events: of('events'), telemetry: of('telemetry'), media: of('media') };
}

/** Fraction of the rows that must go to bring a stream a little under its quota; 0 where it is under. */
export function fractionOver(head: StreamHead, quota: number): number {
  if (head.bytes <= quota) return 0;
  return Math.min(1, (head.bytes - quota * 0.95) / head.bytes);
}
