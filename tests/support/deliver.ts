import { STREAMS, type Batch, type Stream } from '@lineside/protocol';
import type { CollectorStore } from '../../cloud-sync/collector/src/index.ts';
import type { Journal } from '../../edge/src/journal/index.ts';
import { checkedBatch } from './checked-batch.ts';

/** Takes what a journal has queued to a collector's store, and the acknowledgements back, without a network. */
export async function deliver(
  journal: Journal,
  store: CollectorStore,
  { streams = STREAMS, acknowledge = true, atMs = 1000 }: DeliverOptions = {},
): Promise<void> {
  for (const stream of streams) {
    const { acked, next } = journal.stats()[stream];
    for (let from = acked + 1; from < next; ) {
      const read = journal.read(stream, from, 200, 200_000);
      if (read === undefined) break;
      const { records, ...range } = read;
      const batch = { v: 1, dev: journal.device, epoch: journal.epoch, stream, ...range };
      const ev = records.map((json) => JSON.parse(json) as Batch['ev'][number]);
      const [outcome] = await store.batches.commit([checkedBatch({ ...batch, ev } as Batch)], atMs);
      const { watermark, head } = outcome ?? {};
      if (acknowledge && watermark !== undefined) {
        journal.ack(stream, watermark.upto, watermark.sack, undefined, head);
      }
      from = read.to + 1;
    }
  }
}

interface DeliverOptions {
  readonly streams?: readonly Stream[];
  /** False: the acknowledgements are lost. */
  readonly acknowledge?: boolean;
  readonly atMs?: number;
}
