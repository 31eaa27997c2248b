import { type Clock, type Logger, LogThrottle, messageOf, type Service, systemCode } from '@lineside/kit';
import type { Ack, AddressOf, Batch, Received, Stream, TopicKind } from '@lineside/protocol';
import { streamName, type StreamKey } from '../records/index.ts';
import { BatchQueue, type QueuedBatch } from './batch-queue.ts';
import type { BatchOutcome, BatchStore } from './batch-store.ts';
import { checkBatch, type RefusedReason, type UnreadReason } from './check-batch.ts';
import type { CheckedBatch } from './checked-batch.ts';
import { EpochLimit } from './epoch-limit.ts';
import { StoreRecovery, type StoreListener } from './store-recovery.ts';
import { StoreUnavailable } from './store-unavailable.ts';

const LOG_EVERY_MS = 30_000;

/** A message that was refused; `detail` holds no payload. */
export interface RefusedMessage {
  readonly kind: TopicKind | 'unknown';
  readonly reason: RefusedReason;
  /** Empty where the topic names none. */
  readonly device: string;
  readonly detail: string;
}

/** What ingest counts; metrics implement it. */
export interface IngestCounters {
  batch(outcome: BatchOutcome, stream: Stream): void;
  refused(kind: RefusedMessage['kind'], reason: RefusedReason): void;
  unread(reason: UnreadReason): void;
  /** A payload of so many bytes arrived. */
  received(bytes: number): void;
  /** A transaction was committed; `ms` is the time that the store took. */
  commit(ms: number): void;
  commitFailed(): void;
  /** From arrival to after the commit. */
  latency(ms: number): void;
}

export interface IngestOptions {
  readonly store: BatchStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: IngestCounters;
}

/** Through which ingest answers devices; no batch should arrive between `withdraw` and `resume`. */
export interface IngestOutbox extends StoreListener {
  /** Called after the commit, once per stream of the group. */
  acknowledge(device: string, ack: Ack): void;
}

interface Run {
  readonly outbox: IngestOutbox;
  readonly signal: AbortSignal;
}

/**
 * From batches to commits: a bounded queue, groups of batches in one transaction, acknowledgements after it. While the
 * queue is full the sender waits, and so does the broker.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #throttle: LogThrottle;
  readonly #queue = new BatchQueue();
  readonly #epochs = new EpochLimit();
  readonly #recovery: StoreRecovery;
  /** When the latest progress was made, monotonic. */
  #progressMs: number;
  #busy = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#progressMs = options.clock.monoMs();
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
    this.#recovery = new StoreRecovery(options);
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** How long queued batches have waited without progress; 0 while nothing is queued. */
  get stuckMs(): number {
    return this.#queue.length === 0 ? 0 : this.#options.clock.monoMs() - this.#progressMs;
  }

  /** True while nothing is queued and nothing is being committed. */
  get idle(): boolean {
    return this.#queue.length === 0 && !this.#busy;
  }

  /** Why the store does not answer; undefined while it does. */
  get storeProblem(): string | undefined {
    return this.#recovery.problem;
  }

  /**
   * Checks a batch and queues it, while the group before it is being committed. Returns a promise where the queue is
   * full: it resolves when there is space for another batch.
   */
  offer(address: AddressOf<'up'>, received: Batch, { raw, bytes }: Received): Promise<void> | undefined {
    const atMs = this.#options.clock.monoMs();
    this.#options.counters.received(bytes);
    const batch = this.#check(address, received, raw);
    if (batch !== undefined) this.#queue.push({ batch, atMs });
    return this.#queue.space();
  }

  /** Counts a message that is not used; logs it once per kind and device, then at most every half minute. */
  refuse({ kind, reason, device, detail }: RefusedMessage): void {
    this.#options.counters.refused(kind, reason);
    const times = this.#throttle.due(`${kind} ${device}`);
    if (times !== undefined) this.#options.log.warn({ device, kind, reason, detail, times }, 'message refused');
  }

  /** Commits what is offered until the signal aborts; then what is queued already. */
  service(outbox: IngestOutbox): Service {
    return { name: 'ingest', run: async (signal) => this.#run({ outbox, signal }) };
  }

  async #run(run: Run): Promise<void> {
    const { signal } = run;
    const stop = (): void => this.#queue.wake();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (;;) {
        this.#noteProgress();
        const group = this.#queue.takeGroup();
        this.#busy = group.length > 0;
        if (group.length > 0) await this.#commit(group, run);
        else if (signal.aborted) return;
        else await this.#queue.changed();
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #check(address: AddressOf<'up'>, batch: Batch, raw: unknown): CheckedBatch | undefined {
    const checked = checkBatch(address, batch, raw);
    if ('refused' in checked) {
      this.refuse({ kind: 'up', reason: checked.refused, device: address.device, detail: checked.detail });
      return undefined;
    }
    if (!this.#epochs.accepts(address.device, batch.epoch, this.#options.clock.monoMs())) {
      const detail = `epoch ${batch.epoch} is one of too many`;
      this.refuse({ kind: 'up', reason: 'too_many_epochs', device: address.device, detail });
      return undefined;
    }
    for (const reason of checked.unread) this.#options.counters.unread(reason);
    return checked.batch;
  }

  async #commit(group: readonly QueuedBatch[], run: Run): Promise<void> {
    const { store, clock, counters, log } = this.#options;
    try {
      const batches = group.map(({ batch }) => batch);
      const began = clock.monoMs();
      const outcomes = await store.commit(batches, clock.wallMs());
      const done = clock.monoMs();
      counters.commit(done - began);
      for (const { atMs } of group) counters.latency(done - atMs);
      this.#report(batches, outcomes, run.outbox);
    } catch (error) {
      const unavailable = error instanceof StoreUnavailable;
      // One batch that the store cannot take must not delay the acknowledgement of the others in its group.
      if (group.length > 1 && !unavailable) {
        for (const one of group) await this.#commit([one], run);
        return;
      }
      counters.commitFailed();
      const times = this.#throttle.due(`commit ${systemCode(unavailable ? error.cause : error) ?? ''}`);
      if (times !== undefined) log.error({ error: messageOf(error), times }, 'commit failed; nothing was acknowledged');
      if (unavailable) await this.#recovery.wait(run.outbox, () => this.#noteProgress(), run.signal);
    }
  }

  #report(batches: readonly CheckedBatch[], outcomes: readonly BatchOutcome[], outbox: IngestOutbox): void {
    const latest = new Map<string, { key: StreamKey; outcome: BatchOutcome }>();
    for (const [index, outcome] of outcomes.entries()) {
      const key = batches[index]?.key;
      if (key === undefined) continue;
      this.#options.counters.batch(outcome, key.stream);
      this.#warn(key, outcome);
      latest.set(streamName(key), { key, outcome });
    }
    for (const { key, outcome } of latest.values()) {
      outbox.acknowledge(key.device, {
        v: 1,
        epoch: key.epoch,
        stream: key.stream,
        upto: outcome.watermark.upto,
        sack: outcome.watermark.sack.map(([first, last]) => [first, last]),
        srvTs: this.#options.clock.wallMs(),
        ...(outcome.head === undefined ? {} : { head: outcome.head }),
      });
    }
  }

  #warn({ device, stream }: StreamKey, { conflicts, breaks }: BatchOutcome): void {
    const warn = (what: 'conflicts' | 'breaks', count: number, text: string): void => {
      const times = count === 0 ? undefined : this.#throttle.due(`${what} ${device} ${stream}`);
      if (times !== undefined) this.#options.log.warn({ device, stream, [what]: count, times }, text);
    };
    warn('conflicts', conflicts, 'records arrived again with changes');
    warn('breaks', breaks, 'hash chain does not match');
  }

  #noteProgress(): void {
    this.#progressMs = this.#options.clock.monoMs();
  }
}
