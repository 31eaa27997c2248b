import { mergeRanges, outsideRanges, type SeqRange, STREAMS, type Stream } from '@lineside/protocol';
import type { Outbox, OutboxBatch } from './outbox.ts';

export interface WindowOptions {
  /** Batches in flight at most. */
  readonly batches: number;
  /** Of one batch. */
  readonly records: number;
  readonly bytes: number;
  /** Without an ack for so long, a batch is sent again; doubles while none comes at all, up to `maxAckMs`. */
  readonly ackMs: number;
  readonly maxAckMs: number;
}

export interface Outgoing extends OutboxBatch {
  readonly stream: Stream;
}

interface InFlight {
  readonly stream: Stream;
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  /** `priority` and `oldest` are the two kinds of slots; `asked` answers a request. */
  readonly slot: 'priority' | 'oldest' | 'asked';
}

interface Cursor {
  /** Highest number sent in this session. */
  sent: number;
  /** What the collector said it holds beyond its watermark. */
  sack: readonly SeqRange[];
}

/** One slot in so many is for the oldest backlog, whatever its stream, so that nothing starves. */
const SHARE_FOR_OLDEST = 8;
const MOST_ASKED = 256;

/**
 * What is on its way and what goes next; no network and no clock in it. Streams go in the order of `STREAMS`, each
 * from its lowest unconfirmed number, but one slot in eight takes the oldest record waiting anywhere. Everything here
 * may be forgotten at any moment: only the outbox knows what is confirmed.
 */
export class SendWindow {
  readonly #outbox: Outbox;
  readonly #options: WindowOptions;
  readonly #cursors: ReadonlyMap<Stream, Cursor> = new Map(STREAMS.map((stream) => [stream, { sent: 0, sack: [] }]));
  readonly #asked: { readonly stream: Stream; readonly range: SeqRange }[] = [];
  #inFlight: readonly InFlight[] = [];
  #unheard = 0;
  #resent = 0;

  constructor(outbox: Outbox, options: WindowOptions) {
    this.#outbox = outbox;
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Batches sent again since the start. */
  get resent(): number {
    return this.#resent;
  }

  /** The link or the collector is gone: nothing is on its way any more. */
  forget(): void {
    this.#inFlight = [];
    this.#asked.length = 0;
    this.#unheard = 0;
    for (const cursor of this.#cursors.values()) {
      cursor.sent = 0;
      cursor.sack = [];
    }
  }

  /** The next batch to send, which then counts as in flight; undefined while the window is full or nothing waits. */
  next(nowMs: number): Outgoing | undefined {
    if (this.#inFlight.length >= this.#options.batches) return undefined;
    const asked = this.#nextAsked();
    if (asked !== undefined) return this.#take(asked, 'asked', nowMs);
    const reserved = Math.max(1, Math.floor(this.#options.batches / SHARE_FOR_OLDEST));
    const priority = this.#inFlight.filter((batch) => batch.slot !== 'oldest').length;
    if (priority < this.#options.batches - reserved) {
      for (const stream of STREAMS) {
        const batch = this.#readNext(stream);
        if (batch !== undefined) return this.#take(batch, 'priority', nowMs);
      }
      return undefined;
    }
    const oldest = this.#oldest();
    return oldest === undefined ? undefined : this.#take(oldest, 'oldest', nowMs);
  }

  /** The collector holds everything up to `upto` and the ranges in `sack`. */
  acked(stream: Stream, upto: number, sack: readonly SeqRange[]): void {
    const held = mergeRanges(sack, upto);
    this.#cursor(stream).sack = held;
    this.#unheard = 0;
    this.#inFlight = this.#inFlight.filter(
      (batch) => batch.stream !== stream || !covers(upto, held, [batch.from, batch.to]),
    );
  }

  /** The collector wants `from..to` again. False where too much is asked for already. */
  ask(stream: Stream, from: number, to: number): boolean {
    if (this.#asked.length >= MOST_ASKED) return false;
    this.#asked.push({ stream, range: [from, to] });
    return true;
  }

  /** Gives up on batches without an ack: their streams start again from the lowest unconfirmed. Returns how many. */
  expire(nowMs: number): number {
    const late = this.#inFlight.filter((batch) => nowMs - batch.sentMs >= this.#ackMs());
    if (late.length === 0) return 0;
    const streams = new Set(late.filter((batch) => batch.slot !== 'asked').map((batch) => batch.stream));
    this.#inFlight = this.#inFlight.filter((batch) => !streams.has(batch.stream) && !late.includes(batch));
    for (const stream of streams) this.#cursor(stream).sent = 0;
    this.#unheard += 1;
    this.#resent += late.length;
    return late.length;
  }

  /** Milliseconds until the first batch in flight is late; undefined while none is. */
  lateInMs(nowMs: number): number | undefined {
    if (this.#inFlight.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#inFlight.map((batch) => batch.sentMs)) + this.#ackMs() - nowMs);
  }

  #ackMs(): number {
    return Math.min(this.#options.maxAckMs, this.#options.ackMs * 2 ** this.#unheard);
  }

  #take(batch: Outgoing, slot: InFlight['slot'], nowMs: number): Outgoing {
    const { stream, from, to } = batch;
    this.#inFlight = [...this.#inFlight, { stream, from, to, sentMs: nowMs, slot }];
    const cursor = this.#cursor(stream);
    if (slot !== 'asked') cursor.sent = Math.max(cursor.sent, to);
    return batch;
  }

  #readNext(stream: Stream): Outgoing | undefined {
    const { acked, next } = this.#outbox.stats()[stream];
    const cursor = this.#cursor(stream);
    const from = Math.max(cursor.sent, acked) + 1;
    const [open] = outsideRanges([from, next - 1], cursor.sack);
    return open === undefined ? undefined : this.#read(stream, open);
  }

  #oldest(): Outgoing | undefined {
    const waiting = STREAMS.flatMap((stream) => this.#readNext(stream) ?? []);
    return waiting.toSorted((a, b) => wallMsOf(a) - wallMsOf(b))[0];
  }

  #nextAsked(): Outgoing | undefined {
    for (let wanted = this.#asked.shift(); wanted !== undefined; wanted = this.#asked.shift()) {
      const { stream } = wanted;
      const { first, next } = this.#outbox.stats()[stream];
      const [from, to] = [wanted.range[0], Math.min(wanted.range[1], next - 1)];
      if (from > to) continue;
      if (from < first) {
        // What is not held any more is answered by the tombstones that name it, each a batch of its own.
        for (const seq of this.#outbox.tombstones(stream, from, Math.min(to, first - 1))) this.ask(stream, seq, seq);
        if (first <= to) this.ask(stream, first, to);
        continue;
      }
      const batch = this.#read(stream, [from, to]);
      if (batch !== undefined && batch.to < to) this.#asked.unshift({ stream, range: [batch.to + 1, to] });
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  #read(stream: Stream, [from, to]: SeqRange): Outgoing | undefined {
    const limit = Math.min(this.#options.records, to - from + 1);
    const batch = this.#outbox.read(stream, from, limit, this.#options.bytes);
    return batch === undefined ? undefined : { ...batch, stream };
  }

  #cursor(stream: Stream): Cursor {
    const cursor = this.#cursors.get(stream);
    if (cursor === undefined) throw new TypeError(`no stream ${stream}`);
    return cursor;
  }
}

function covers(upto: number, held: readonly SeqRange[], range: SeqRange): boolean {
  return outsideRanges([Math.max(range[0], upto + 1), range[1]], held).length === 0;
}

function wallMsOf(batch: Outgoing): number {
  const record: unknown = JSON.parse(batch.records[0] ?? 'null');
  return typeof record === 'object' && record !== null && 't' in record && typeof record.t === 'number' ? record.t : 0;
}
