import type { Stream } from '@lineside/protocol';
import type { Outbox, OutboxBatch } from './outbox.ts';

/** The JSON of a batch: the envelope around the records as they stand in the journal, so that what was hashed is byte for byte what is sent. */
export function batchText(
  { device: dev, epoch }: Pick<Outbox, 'device' | 'epoch'>,
  stream: Stream,
  { from, to, prev, head, records }: OutboxBatch,
): string {
  const envelope = JSON.stringify({ v: 1, dev, epoch, stream, from, to, prev, head });
  return `${envelope.slice(0, -1)},"ev":[${records.join(',')}]}`;
}
