import { type Clock, messageOf } from '@lineside/kit';
import { type Ack, outgoingText, type PayloadForm, type ResendCommand, type TopicKind } from '@lineside/protocol';
import type { TokenBucket } from '../limits/index.ts';
import { batchText, type Outbox, problem, type RefusedReason, type UplinkProblem } from '../ports/index.ts';
import type { BrokerSession } from '../session/index.ts';
import type { Outgoing, SendWindow } from './send-window.ts';

export interface OutboxSenderEvents {
  /** `records` more are confirmed. */
  confirmed(records: number): void;
  refused(kind: TopicKind, reason: RefusedReason, what: UplinkProblem): void;
  problem(what: UplinkProblem): void;
}

export interface OutboxSenderOptions {
  readonly outbox: Outbox;
  readonly window: SendWindow;
  readonly clock: Clock;
  readonly bucket: TokenBucket;
  /** Acks are made durable together, at the latest after this. */
  readonly saveAcksMs: number;
  /** Without an ack for so long, something is wrong. */
  readonly ackMs: number;
  readonly events: OutboxSenderEvents;
}

/** Device, epoch, hashes and commas around the records of a batch, and its topic, at most. */
const ENVELOPE_BYTES = 1024;

/** What was sent since the start; bytes are those of the payloads, compressed. */
export interface SentTotals {
  readonly bytes: number;
  readonly records: number;
}

/** Sends what is queued and takes in acknowledgements, over one session at a time. */
export class OutboxSender {
  readonly #options: OutboxSenderOptions;
  readonly #outbox: Outbox;
  readonly #window: SendWindow;
  readonly #clock: Clock;
  readonly #events: OutboxSenderEvents;
  /** Finite while there are acks that are not durable yet. */
  #saveAtMs = Number.POSITIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  /** Since when batches are in flight without an ack. */
  #waitingSinceMs: number | undefined;
  /** Since when records are queued while none is in flight and none is to be sent. */
  #restingSinceMs: number | undefined;
  #encoding: PayloadForm | undefined;
  /** Why records are held back, while there are such. */
  #heldBack: UplinkProblem | undefined;
  #sent: SentTotals = { bytes: 0, records: 0 };

  constructor(options: OutboxSenderOptions) {
    this.#options = options;
    this.#outbox = options.outbox;
    this.#window = options.window;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  get sent(): SentTotals {
    return this.#sent;
  }

  /** Why the broker cannot take some of the records, while that is so. */
  get heldBack(): UplinkProblem | undefined {
    return this.#window.heldBack === 0 ? undefined : this.#heldBack;
  }

  /** How the collector that is online reads batches; JSON and gzip where left out. */
  setEncoding(form: PayloadForm | undefined): void {
    this.#encoding = form;
  }

  /** How long nothing has been confirmed although batches are in flight; 0 when that is not so. */
  silentForMs(): number {
    return this.#waitingSinceMs === undefined ? 0 : this.#clock.monoMs() - this.#waitingSinceMs;
  }

  /** Fills the window. Returns ms after which to call again without any other occasion. */
  pump(session: BrokerSession): number {
    const now = this.#clock.monoMs();
    if (this.#window.inFlight === 0 || now >= this.#saveAtMs) this.#saveAcks();
    if (now < this.#pausedUntilMs) return this.#pausedUntilMs - now;
    this.#window.limitBytes(session.limits.maxPacketBytes - ENVELOPE_BYTES);
    const late = this.#window.expire(now);
    if (late > 0) this.#events.problem(problem('collector_silent', `${late} batches without an ack: sent again`));
    if (now - (this.#restingSinceMs ?? now) >= this.#options.ackMs) this.#startOver();
    const limitedMs = this.#send(session, now);
    this.#restingSinceMs = this.#isResting(limitedMs) ? (this.#restingSinceMs ?? now) : undefined;
    if (this.#window.inFlight === 0) this.#waitingSinceMs = undefined;
    else this.#waitingSinceMs ??= now;
    const lateMs = this.#window.lateInMs(now) ?? Number.POSITIVE_INFINITY;
    const restMs = this.#restingSinceMs === undefined ? Number.POSITIVE_INFINITY : this.#options.ackMs;
    return Math.min(lateMs, limitedMs, restMs, Math.max(0, this.#saveAtMs - now));
  }

  /** The session or the collector is gone: nothing is in flight any more. */
  forget(): void {
    this.#saveAcks();
    this.#window.forget();
    this.#waitingSinceMs = undefined;
    this.#pausedUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** The broker has no subscriber, whatever the retained state says: waits for `ms`, or for a new collector state. */
  pause(ms: number): void {
    this.#window.forget();
    this.#waitingSinceMs = undefined;
    this.#pausedUntilMs = this.#clock.monoMs() + ms;
    this.#events.problem(problem('collector_silent', 'the broker has no subscriber for what this device sends'));
  }

  /** An acknowledgement: the outbox judges it, and only then anything more is sent or confirmed. */
  ack({ epoch, stream, upto, sack, srvTs, head }: Ack): void {
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('ack', 'wrong_epoch', problem('payload_malformed', `an ack for another journal (${epoch})`));
      return;
    }
    const { queued: queuedBefore, next } = this.#outbox.stats()[stream];
    const highest = Math.max(upto, ...sack.map(([, last]) => last));
    // Numbers that were never written are judged by the outbox, with a hash or without.
    if (head === undefined && highest > 0 && highest < next) {
      const what = `an ack of ${stream} up to ${upto} carries no chain hash; it confirms nothing`;
      this.#refuse('ack', 'unproved', problem('ack_unproved', what));
      return;
    }
    const outcome = this.#outbox.ack(stream, upto, sack, srvTs, head);
    if (outcome !== 'ok') {
      const what =
        outcome === 'beyond'
          ? 'confirms numbers that were never written'
          : `has another hash for number ${upto} than this journal`;
      this.#refuse('ack', 'beyond', problem('ack_beyond', `an ack of ${stream} up to ${upto} ${what}`));
      // Sent again at once: the next answer, which may be right, need not wait for the deadline of an ack.
      this.#window.forget();
      return;
    }
    const now = this.#clock.monoMs();
    this.#saveAtMs = Math.min(this.#saveAtMs, now + this.#options.saveAcksMs);
    this.#waitingSinceMs = undefined;
    this.#window.acked(stream, upto, sack, now);
    this.#events.confirmed(Math.max(0, queuedBefore - this.#outbox.stats()[stream].queued));
  }

  /** A request of the collector to send records again. */
  resend({ epoch, stream, from, to }: ResendCommand): void {
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('cmd', 'wrong_epoch', problem('payload_malformed', `a request for another journal (${epoch})`));
    } else if (from >= this.#outbox.stats()[stream].next) {
      const what = `a request for ${stream} ${from} to ${to}, which were never written`;
      this.#refuse('cmd', 'beyond', problem('ack_beyond', what));
    } else this.#window.ask(stream, from, to);
  }

  /** Whether records are queued of which none is in flight, although nothing held them back. */
  #isResting(limitedMs: number): boolean {
    if (this.#window.inFlight > 0 || Number.isFinite(limitedMs)) return false;
    const queued = Object.values(this.#outbox.stats()).reduce((sum, stream) => sum + stream.queued, 0);
    return queued > this.#window.heldBack;
  }

  /** Better to send everything again than to let it wait for ever. */
  #startOver(): void {
    this.#restingSinceMs = undefined;
    this.#window.forget();
    this.#events.problem(problem('collector_silent', 'records waited without being sent: sent again'));
  }

  /** Returns ms until the bandwidth limit lets more through; infinite where it holds nothing back. */
  #send(session: BrokerSession, now: number): number {
    const { bucket } = this.#options;
    const { device } = this.#outbox;
    for (;;) {
      const waitMs = bucket.waitMs(now);
      if (waitMs > 0) return waitMs;
      if (!session.ready) return Number.POSITIVE_INFINITY;
      const batch = this.#window.next(now);
      if (batch === undefined) return Number.POSITIVE_INFINITY;
      const { stream } = batch;
      const message = outgoingText('up', { device, stream }, batchText(this.#outbox, stream, batch), this.#encoding);
      if (!session.fits(message)) {
        this.#holdBack(batch, message.payload.length, session.limits.maxPacketBytes);
        continue;
      }
      const { length } = message.payload;
      bucket.spend(length, now);
      this.#sent = { bytes: this.#sent.bytes + length, records: this.#sent.records + batch.records.length };
      session.send(message, (refusal) => {
        if (refusal !== undefined) this.#events.problem(refusal);
      });
    }
  }

  /** A record that this broker cannot take is not sent again and again; the others go ahead of it. */
  #holdBack(batch: Outgoing, bytes: number, most: number): void {
    const { stream, from, to } = batch;
    const numbers = from === to ? `record ${from} of ${stream} needs` : `records ${from} to ${to} of ${stream} need`;
    const what = `${numbers} ${bytes} bytes, and the broker takes packets of at most ${most}`;
    this.#heldBack = problem('broker_packet_limit', `${what}: held back`);
    this.#window.holdBack(batch);
    this.#events.problem(this.#heldBack);
  }

  /** Several acks, one sync of the disk. */
  #saveAcks(): void {
    if (!Number.isFinite(this.#saveAtMs)) return;
    this.#saveAtMs = Number.POSITIVE_INFINITY;
    try {
      this.#outbox.saveAcks();
    } catch (error) {
      // The outbox has forgotten them, so their records are sent and confirmed again.
      this.#events.problem(problem('outbox_failed', `cannot save an ack: ${messageOf(error)}`));
      this.#window.forget();
    }
  }

  #refuse(kind: TopicKind, reason: RefusedReason, what: UplinkProblem): void {
    this.#events.refused(kind, reason, what);
  }
}
