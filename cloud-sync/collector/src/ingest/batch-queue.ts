import type { CheckedBatch } from './checked-batch.ts';

const MAX_BATCHES = 256;
const MAX_BYTES = 24 * 1024 * 1024;
const GROUP_BATCHES = 32;
const GROUP_RECORDS = 2000;

export interface QueuedBatch {
  readonly batch: CheckedBatch;
  /** When it arrived, monotonic. */
  readonly atMs: number;
}

/** Batches that wait for their commit, bounded in number and bytes; one consumer takes them in groups. */
export class BatchQueue {
  readonly #items: (QueuedBatch & { readonly bytes: number })[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: QueuedBatch): void {
    // The JSON of the records is the memory that a batch needs while it waits.
    const bytes = item.batch.records.reduce((sum, { json }) => sum + json.length, 0);
    this.#items.push({ ...item, bytes });
    this.#bytes += bytes;
    this.wake();
  }

  /** Undefined while there is space; otherwise a promise that resolves when there is. */
  space(): Promise<void> | undefined {
    if (!this.#isFull()) return undefined;
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** The batches of one commit, oldest first; empty when none is queued. */
  takeGroup(): QueuedBatch[] {
    const group: QueuedBatch[] = [];
    for (let records = 0; group.length < GROUP_BATCHES && records < GROUP_RECORDS; ) {
      const next = this.#items.shift();
      if (next === undefined) break;
      this.#bytes -= next.bytes;
      records += next.batch.records.length;
      group.push(next);
    }
    if (!this.#isFull()) for (const resolve of this.#waiting.splice(0)) resolve();
    return group;
  }

  /** Resolves when a batch is pushed, or `wake` is called. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Ends the wait of `changed`. */
  wake(): void {
    this.#wake?.();
  }

  #isFull(): boolean {
    return this.#items.length >= MAX_BATCHES || this.#bytes >= MAX_BYTES;
  }
}
