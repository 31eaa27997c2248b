import type { Ack, AddressOf, Batch, Received, Stream, TopicKind } from '@lineside/protocol';
import {
  isStoreTrouble,
  type BatchOutcome,
  type CheckedBatch,
  type CollectorStore,
  type StreamKey,
} from '../store/index.ts';
import { Backoff, type Clock, isAbort, type Logger, LogThrottle, messageOf, systemCode } from '@lineside/kit';
import { checkBatch, type RefusedReason, type UnreadReason } from './check-batch.ts';

const QUEUE_BATCHES = 256;
const QUEUE_BYTES = 24 * 1024 * 1024;
const GROUP_BATCHES = 32;
const GROUP_RECORDS = 2000;
const SAY_AGAIN_MS = 30_000;
/** After a commit failed for want of space or the like: devices send again, so there is no hurry. */
const PAUSE_AFTER_TROUBLE_MS = 1000;
const MAX_PAUSE_MS = 15_000;

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
  /** A payload came in, of so many bytes on the wire. */
  received(bytes: number): void;
  /** A transaction was committed; `ms` is the store's share. */
  commit(ms: number): void;
  commitFailed(): void;
  /** From arrival to after the commit. */
  latency(ms: number): void;
}

export interface IngestOptions {
  readonly store: CollectorStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: IngestCounters;
  /** Called after the commit, once per stream of the group. */
  readonly acknowledge: (device: string, ack: Ack) => void;
  /** Called when the store no longer answers, and when it does again. */
  readonly storeGone?: (gone: boolean) => void;
}

interface Queued {
  readonly batch: CheckedBatch;
  readonly atMs: number;
  /** Of its records' JSON: what it takes here while it waits. */
  readonly bytes: number;
}

/**
 * From payloads to commits: a bounded queue, groups of batches in one transaction, acks after it. Who offers waits
 * while the queue is full, and so does the broker.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #throttle: LogThrottle;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  /** When work was last seen to move, monotonic. */
  #movedMs: number;
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];
  #busy = false;
  #storeGone: string | undefined;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#movedMs = options.clock.monoMs();
    this.#throttle = new LogThrottle({ everyMs: SAY_AGAIN_MS, nowMs: () => options.clock.monoMs() });
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** How long what is queued has been waiting without a move; 0 while nothing is queued. */
  get stuckMs(): number {
    return this.#queue.length === 0 ? 0 : this.#options.clock.monoMs() - this.#movedMs;
  }

  /** True while nothing is queued and nothing is being committed. */
  get idle(): boolean {
    return this.#queue.length === 0 && !this.#busy;
  }

  /** Why the store does not answer; undefined while it does. */
  get storeGone(): string | undefined {
    return this.#storeGone;
  }

  /**
   * Takes a batch in and checks it, while the group before it is being committed. Returns a promise where the queue is
   * full: it resolves when there is room for another batch.
   */
  offer(address: AddressOf<'up'>, received: Batch, { raw, bytes: onWire }: Received): Promise<void> | undefined {
    const atMs = this.#options.clock.monoMs();
    this.#options.counters.received(onWire);
    const batch = this.#check(address, received, raw);
    if (batch !== undefined) {
      const bytes = batch.records.reduce((sum, { json }) => sum + json.length, 0);
      this.#queue.push({ batch, atMs, bytes });
      this.#queuedBytes += bytes;
      this.#wake?.();
    }
    if (!this.#isFull()) return undefined;
    return new Promise((resolve) => void this.#room.push(resolve));
  }

  /** Counts a message that goes no further; logs it once per kind and device, then at most every half minute. */
  refuse({ kind, reason, device, detail }: RefusedMessage): void {
    this.#options.counters.refused(kind, reason);
    const times = this.#throttle.due(`${kind} ${device}`);
    if (times !== undefined) this.#options.log.warn({ device, kind, reason, detail, times }, 'message refused');
  }

  /** Commits what is offered until the signal; then what is queued already. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#wake?.();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (;;) {
        this.#movedMs = this.#options.clock.monoMs();
        const group = this.#take();
        this.#busy = group.length > 0;
        if (group.length > 0) await this.#commit(group, signal);
        else if (signal.aborted) return;
        else await this.#somethingQueued();
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #somethingQueued(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #take(): Queued[] {
    const group: Queued[] = [];
    for (let records = 0; group.length < GROUP_BATCHES && records < GROUP_RECORDS; ) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#queuedBytes -= next.bytes;
      records += next.batch.records.length;
      group.push(next);
    }
    if (!this.#isFull()) for (const next of this.#room.splice(0)) next();
    return group;
  }

  #check(address: AddressOf<'up'>, batch: Batch, raw: unknown): CheckedBatch | undefined {
    const checked = checkBatch(address, batch, raw);
    if ('refused' in checked) {
      this.refuse({ kind: 'up', reason: checked.refused, device: address.device, detail: checked.detail });
      return undefined;
    }
    for (const reason of checked.unread) this.#options.counters.unread(reason);
    return checked.batch;
  }

  async #commit(group: readonly Queued[], signal: AbortSignal): Promise<void> {
    const { store, clock, counters, log } = this.#options;
    try {
      const batches = group.map(({ batch }) => batch);
      const began = clock.monoMs();
      const outcomes = await store.commit(batches, clock.wallMs());
      const done = clock.monoMs();
      counters.commit(done - began);
      for (const { atMs } of group) counters.latency(done - atMs);
      this.#report(batches, outcomes);
    } catch (error) {
      // One batch that the store cannot take must not keep the others of its group from being acknowledged.
      if (group.length > 1 && !isStoreTrouble(error)) {
        for (const one of group) await this.#commit([one], signal);
        return;
      }
      counters.commitFailed();
      const times = this.#throttle.due(`commit ${systemCode(error) ?? ''}`);
      if (times !== undefined) log.error({ error: messageOf(error), times }, 'commit failed; nothing was acknowledged');
      if (isStoreTrouble(error)) await this.#pause(signal);
    }
  }

  /** Waits a little; where the store does not answer at all, until it does, longer and longer. */
  async #pause(signal: AbortSignal): Promise<void> {
    try {
      const backoff = new Backoff({ firstMs: PAUSE_AFTER_TROUBLE_MS, maxMs: MAX_PAUSE_MS });
      for (;;) {
        this.#movedMs = this.#options.clock.monoMs();
        await this.#options.clock.sleep(backoff.next(), signal);
        if (await this.#answers()) return;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  async #answers(): Promise<boolean> {
    const { store, log, storeGone } = this.#options;
    try {
      await store.ping();
    } catch (error) {
      if (this.#storeGone === undefined) {
        log.error({ error: messageOf(error) }, 'the store does not answer; nothing is acknowledged until it does');
        storeGone?.(true);
      }
      this.#storeGone = messageOf(error);
      return false;
    }
    if (this.#storeGone !== undefined) {
      this.#storeGone = undefined;
      log.info({}, 'the store answers again');
      storeGone?.(false);
    }
    return true;
  }

  #report(batches: readonly CheckedBatch[], outcomes: readonly BatchOutcome[]): void {
    const latest = new Map<string, { key: StreamKey; outcome: BatchOutcome }>();
    for (const [index, outcome] of outcomes.entries()) {
      const key = batches[index]?.key;
      if (key === undefined) continue;
      this.#options.counters.batch(outcome, key.stream);
      this.#warn(key, outcome);
      latest.set(`${key.device}/${key.epoch}/${key.stream}`, { key, outcome });
    }
    for (const { key, outcome } of latest.values()) {
      const { upto, sack } = outcome.watermark;
      this.#options.acknowledge(key.device, {
        v: 1,
        epoch: key.epoch,
        stream: key.stream,
        upto,
        sack: sack.map(({ first, last }) => [first, last]),
        srvTs: this.#options.clock.wallMs(),
        ...(outcome.head === undefined ? {} : { head: outcome.head }),
      });
    }
  }

  #warn({ device, stream }: StreamKey, outcome: BatchOutcome): void {
    const troubles = { conflicts: 'records came again changed', breaks: 'hash chain does not fit' } as const;
    for (const [what, text] of Object.entries(troubles) as [keyof typeof troubles, string][]) {
      if (outcome[what] === 0) continue;
      const times = this.#throttle.due(`${what} ${device} ${stream}`);
      if (times !== undefined) this.#options.log.warn({ device, stream, [what]: outcome[what], times }, text);
    }
  }

  #isFull(): boolean {
    return this.#queue.length >= QUEUE_BATCHES || this.#queuedBytes >= QUEUE_BYTES;
  }
}
