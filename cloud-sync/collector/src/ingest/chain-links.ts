import { chainNext, chainStart } from '@lineside/protocol';
import type { BrokenLink } from '../records/index.ts';
import type { CheckedBatch } from './checked-batch.ts';

/** What is stored around a batch. */
export interface Surroundings {
  /** Up to where retention deleted records of the stream, and the chain hash there. */
  readonly retired: { readonly last: number; readonly head: string } | undefined;
  /** A stored record of the stream. */
  record(seq: number): { readonly hash: string; readonly json: string } | undefined;
  /** Chain hash that a tombstone gives for the range that ends at `last`. */
  declaredHead(last: number): string | undefined;
}

/** Links between a batch and its surroundings that do not match, and the one inside it when its head is wrong. */
export function brokenLinks(batch: CheckedBatch, around: Surroundings): BrokenLink[] {
  const broken: BrokenLink[] = [];
  const own = batch.records.at(-1)?.hash ?? batch.prev;
  const before = hashBefore(batch, around);
  if (before !== undefined && before !== batch.prev) {
    broken.push({ seq: batch.from, link: 'prev', expected: before, found: batch.prev });
  }
  if (own !== batch.head) broken.push({ seq: batch.to, link: 'head', expected: batch.head, found: own });
  const after = around.record(batch.to + 1);
  if (after !== undefined) {
    const expected = chainNext(own, after.json);
    if (expected !== after.hash) broken.push({ seq: batch.to + 1, link: 'next', expected, found: after.hash });
  }
  return broken;
}

/** Chain hash that must stand before the batch, where it is known. */
function hashBefore({ key, from }: CheckedBatch, around: Surroundings): string | undefined {
  if (from === 1) return chainStart(key.device, key.epoch, key.stream);
  if (around.retired?.last === from - 1) return around.retired.head;
  return around.record(from - 1)?.hash ?? around.declaredHead(from - 1);
}
