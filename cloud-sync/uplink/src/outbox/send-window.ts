import { countInRanges, mergeRanges, outsideRanges, type SeqRange, STREAMS, type Stream } from '@lineside/protocol';
import { InFlightBudget } from './in-flight-budget.ts';
import type { Outbox, OutboxBatch } from '../ports/index.ts';
import { type AckTimes, type Sent, InFlight } from './in-flight.ts';

export interface WindowOptions extends AckTimes {
  /** Batches in flight at most. */
  readonly batches: number;
  /** Of one batch. */
  readonly records: number;
  readonly bytes: number;
  /** Records in flight are limited to what is confirmed within this; without it only `batches` limits them. */
  readonly targetMs?: number;
}

export interface Outgoing extends OutboxBatch {
  readonly stream: Stream;
}

interface Cursor {
  /** Highest number sent in this session. */
  sent: number;
  /** Numbers that the collector holds beyond its watermark. */
  sack: readonly SeqRange[];
  /** Numbers that cannot be sent over this connection. */
  heldBack: readonly SeqRange[];
  /** While there is a backlog: records from `from` on go ahead of it, and have been sent up to `sent`. */
  fresh: { readonly from: number; readonly sent: number } | undefined;
}

/** Streams that must not wait behind a backlog, and the slots that are kept for them beyond the window. */
const FRESH_STREAMS: readonly Stream[] = ['audit', 'events'];
const FRESH_SLOTS = 2;
/** A backlog of more batches than this is overtaken. */
const BACKLOG_BATCHES = 4;
/** One batch in so many is from the oldest backlog, whatever its stream, so that nothing starves. */
const OLDEST_EVERY = 8;
const MOST_ASKED = 256;

/**
 * What is in flight and what goes next; uses no network and no clock. Streams go in the order of `STREAMS`, each from
 * its lowest unconfirmed number. One batch in eight takes the oldest record queued anywhere. The newest batch of a
 * backlog, and what is written while it drains, go ahead of it: the collector takes numbers in any order. Everything
 * here may be forgotten at any moment: only the outbox knows what is confirmed.
 */
export class SendWindow {
  readonly #outbox: Outbox;
  readonly #options: WindowOptions;
  readonly #cursors: ReadonlyMap<Stream, Cursor> = new Map(
    STREAMS.map((stream) => [stream, { sent: 0, sack: [], heldBack: [], fresh: undefined }]),
  );
  readonly #budget: InFlightBudget | undefined;
  readonly #inFlight: InFlight;
  readonly #asked: { readonly stream: Stream; readonly range: SeqRange }[] = [];
  /** What others have overtaken; it is taken for lost. */
  readonly #again: { readonly stream: Stream; readonly range: SeqRange }[] = [];
  #maxBytes: number;
  #resent = 0;
  #turn = 0;

  constructor(outbox: Outbox, options: WindowOptions) {
    this.#outbox = outbox;
    this.#options = options;
    this.#maxBytes = options.bytes;
    this.#inFlight = new InFlight(options);
    const { targetMs, records: batch, batches } = options;
    this.#budget = targetMs === undefined ? undefined : new InFlightBudget({ targetMs, batch, most: batches * batch });
  }

  get inFlight(): number {
    return this.#inFlight.batches;
  }

  /** Records that are queued and cannot be sent over this connection. */
  get heldBack(): number {
    return [...this.#cursors].reduce((sum, [stream, { heldBack, sack }]) => {
      if (heldBack.length === 0) return sum;
      const open = mergeRanges(heldBack, this.#outbox.stats()[stream].acked).flatMap((r) => outsideRanges(r, sack));
      return sum + countInRanges(open);
    }, 0);
  }

  /** Batches of more than one record hold at most so many bytes, or what the options say if that is less. */
  limitBytes(bytes: number): void {
    this.#maxBytes = Math.max(1, Math.min(this.#options.bytes, bytes));
  }

  /** The batch that `next` returned was not sent and cannot be: it counts as in flight no more, and is passed over. */
  holdBack({ stream, from, to }: Outgoing): void {
    this.#inFlight.remove(stream, from, to);
    const cursor = this.#cursor(stream);
    cursor.heldBack = mergeRanges([...cursor.heldBack, [from, to]]);
  }

  /** Batches sent again since the start. */
  get resent(): number {
    return this.#resent;
  }

  /** The connection or the collector is gone: nothing is in flight any more. */
  forget(): void {
    this.#inFlight.clear();
    this.#asked.length = 0;
    this.#again.length = 0;
    for (const cursor of this.#cursors.values()) {
      cursor.sent = 0;
      cursor.sack = [];
      cursor.heldBack = [];
      cursor.fresh = undefined;
    }
  }

  /** The next batch to send, which then counts as in flight; undefined while the window is full or nothing waits. */
  next(nowMs: number): Outgoing | undefined {
    const { batches } = this.#options;
    if (this.#inFlight.batches >= batches + FRESH_SLOTS) return undefined;
    const fresh = this.#nextFresh();
    if (fresh !== undefined) return this.#take(fresh, 'fresh', nowMs);
    if (this.#isFull()) return undefined;
    const again = this.#nextAgain();
    if (again !== undefined) return this.#take(again, 'again', nowMs);
    const asked = this.#nextAsked();
    if (asked !== undefined) return this.#take(asked, 'asked', nowMs);
    this.#turn = (this.#turn + 1) % OLDEST_EVERY;
    const batch = this.#turn === 0 ? this.#oldest() : this.#first();
    return batch === undefined ? undefined : this.#take(batch, 'ordinary', nowMs);
  }

  /** The collector holds everything up to `upto` and the ranges in `sack`. */
  acked(stream: Stream, upto: number, sack: readonly SeqRange[], nowMs?: number): void {
    const cursor = this.#cursor(stream);
    // An older ack that comes late takes nothing back.
    const held = mergeRanges([...cursor.sack, ...sack], upto);
    cursor.sack = held;
    const full = this.#isFull();
    for (const { from, to, sentMs } of this.#inFlight.confirm(stream, upto, held)) {
      if (nowMs !== undefined) this.#budget?.confirmed(to - from + 1, sentMs, nowMs, full);
    }
  }

  /** The collector wants `from..to` again. False where too much is asked for already. */
  ask(stream: Stream, from: number, to: number): boolean {
    if (this.#asked.length >= MOST_ASKED) return false;
    this.#asked.push({ stream, range: [from, to] });
    return true;
  }

  /**
   * Gives up on batches without an ack: those that others have overtaken go again alone, for the rest their streams
   * start again from the lowest unconfirmed. Returns how many.
   */
  expire(nowMs: number): number {
    const lost = this.#inFlight.takeOvertaken(nowMs);
    this.#again.push(...lost.map(({ stream, from, to }) => ({ stream, range: [from, to] as const })));
    const late = this.#inFlight.takeUnanswered(nowMs);
    for (const stream of new Set(late.filter(({ slot }) => slot !== 'asked').map((batch) => batch.stream))) {
      this.#startAgain(this.#cursor(stream));
    }
    if (late.length > 0) this.#budget?.lost(nowMs);
    this.#resent += lost.length + late.length;
    return lost.length + late.length;
  }

  #startAgain(cursor: Cursor): void {
    cursor.sent = 0;
    // What was fresh stays ahead of the backlog when it goes again.
    if (cursor.fresh !== undefined) cursor.fresh = { from: cursor.fresh.from, sent: cursor.fresh.from - 1 };
  }

  /** Milliseconds until the first batch in flight is late; undefined while none is. */
  lateInMs(nowMs: number): number | undefined {
    return this.#inFlight.lateInMs(nowMs);
  }

  #isFull(): boolean {
    if (this.#inFlight.batches >= this.#options.batches) return true;
    if (this.#budget === undefined) return false;
    const { records } = this.#inFlight;
    return records > 0 && records + this.#budget.batch > this.#budget.records;
  }

  #take(batch: Outgoing, slot: Sent['slot'], nowMs: number): Outgoing {
    const { stream, from, to } = batch;
    this.#inFlight.add({ stream, from, to, sentMs: nowMs, slot });
    const cursor = this.#cursor(stream);
    if (slot === 'fresh' && cursor.fresh !== undefined) cursor.fresh = { from: cursor.fresh.from, sent: to };
    else if (slot === 'ordinary') cursor.sent = Math.max(cursor.sent, to);
    return batch;
  }

  /** Records written since the backlog was noticed. */
  #nextFresh(): Outgoing | undefined {
    for (const stream of FRESH_STREAMS) {
      const { acked, next } = this.#outbox.stats()[stream];
      const cursor = this.#cursor(stream);
      const reached = Math.max(cursor.sent, acked);
      cursor.fresh = this.#freshNow(cursor.fresh, reached, next);
      if (cursor.fresh === undefined) continue;
      const [open] = outsideRanges([Math.max(cursor.fresh.sent, acked) + 1, next - 1], passedOver(cursor));
      const batch = open === undefined ? undefined : this.#read(stream, open);
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  /** Begins when a backlog is noticed and ends when it is sent: the ordinary order then skips what went ahead. */
  #freshNow(fresh: Cursor['fresh'], reached: number, next: number): Cursor['fresh'] {
    if (fresh !== undefined) return reached >= fresh.sent ? undefined : fresh;
    const { records } = this.#options;
    if (next - 1 - reached <= BACKLOG_BATCHES * records) return undefined;
    // The batch before it counts as new as well.
    return { from: next - records, sent: next - records - 1 };
  }

  #readNext(stream: Stream, most = Number.POSITIVE_INFINITY): Outgoing | undefined {
    const { acked, next } = this.#outbox.stats()[stream];
    const cursor = this.#cursor(stream);
    const { sent, fresh } = cursor;
    const over = passedOver(cursor);
    const gone =
      fresh === undefined || fresh.sent < fresh.from ? over : mergeRanges([...over, [fresh.from, fresh.sent]]);
    const [open] = outsideRanges([Math.max(sent, acked) + 1, next - 1], gone);
    if (open === undefined) return undefined;
    return this.#read(stream, [open[0], Math.min(open[1], open[0] + most - 1)]);
  }

  #first(): Outgoing | undefined {
    for (const stream of STREAMS) {
      const batch = this.#readNext(stream);
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  #oldest(): Outgoing | undefined {
    const waiting = STREAMS.flatMap((stream) => this.#readNext(stream, 1) ?? []);
    const [oldest] = waiting.toSorted((a, b) => wallMsOf(a) - wallMsOf(b));
    return oldest === undefined ? undefined : this.#readNext(oldest.stream);
  }

  #nextAgain(): Outgoing | undefined {
    for (let lost = this.#again.shift(); lost !== undefined; lost = this.#again.shift()) {
      const { stream, range } = lost;
      const [from, to] = [Math.max(range[0], this.#outbox.stats()[stream].acked + 1), range[1]];
      const [open] = from > to ? [] : outsideRanges([from, to], this.#covered(stream));
      const batch = open === undefined ? undefined : this.#read(stream, open);
      if (batch === undefined || batch.from > to) continue;
      if (batch.to < to) this.#again.unshift({ stream, range: [batch.to + 1, to] });
      return batch;
    }
    return undefined;
  }

  #nextAsked(): Outgoing | undefined {
    for (let wanted = this.#asked.shift(); wanted !== undefined; wanted = this.#asked.shift()) {
      const { stream } = wanted;
      const { first, next } = this.#outbox.stats()[stream];
      const [from, to] = [wanted.range[0], Math.min(wanted.range[1], next - 1)];
      if (from > to) continue;
      if (from < first) {
        // Records that are no longer held are answered by the tombstones that name them, each a batch of its own.
        for (const seq of this.#outbox.tombstones(stream, from, Math.min(to, first - 1))) this.ask(stream, seq, seq);
        if (first <= to) this.ask(stream, first, to);
        continue;
      }
      const [open] = this.#passed(stream, [from, to]);
      if (open === undefined) continue;
      const batch = this.#read(stream, open);
      if (batch !== undefined && batch.to < to) this.#asked.unshift({ stream, range: [batch.to + 1, to] });
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  /**
   * The parts of `range` that the ordinary order has passed and that are neither in flight nor held by the collector. A
   * collector that gets the newest first sees the whole backlog as missing: what is still to come need not be sent twice.
   */
  #passed(stream: Stream, [from, to]: SeqRange): readonly SeqRange[] {
    const reached = Math.max(this.#cursor(stream).sent, this.#outbox.stats()[stream].acked);
    return from > Math.min(to, reached) ? [] : outsideRanges([from, Math.min(to, reached)], this.#covered(stream));
  }

  /** Numbers that the collector holds, numbers in flight, and numbers that cannot be sent. */
  #covered(stream: Stream): readonly SeqRange[] {
    return mergeRanges([...passedOver(this.#cursor(stream)), ...this.#inFlight.rangesOf(stream)]);
  }

  #read(stream: Stream, [from, to]: SeqRange): Outgoing | undefined {
    const limit = Math.min(this.#budget?.batch ?? this.#options.records, to - from + 1);
    const batch = this.#outbox.read(stream, from, limit, this.#maxBytes);
    return batch === undefined ? undefined : { ...batch, stream };
  }

  #cursor(stream: Stream): Cursor {
    const cursor = this.#cursors.get(stream);
    if (cursor === undefined) throw new TypeError(`no stream ${stream}`);
    return cursor;
  }
}

function passedOver({ sack, heldBack }: Cursor): readonly SeqRange[] {
  return heldBack.length === 0 ? sack : mergeRanges([...sack, ...heldBack]);
}

function wallMsOf(batch: Outgoing): number {
  const record: unknown = JSON.parse(batch.records[0] ?? 'null');
  return typeof record === 'object' && record !== null && 't' in record && typeof record.t === 'number' ? record.t : 0;
}
