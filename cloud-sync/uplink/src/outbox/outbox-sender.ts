import {
  Ack,
  decode,
  encodeText,
  MalformedPayload,
  mergeRanges,
  parseTopic,
  type PayloadForm,
  ResendCommand,
  type Stream,
  topicOf,
} from '@lineside/protocol';
import { type Clock, messageOf } from '@lineside/kit';
import type { TokenBucket } from '../limits/index.ts';
import { type Outbox, problem, type RefusedReason, type UplinkProblem } from '../ports/index.ts';
import type { BrokerSession } from '../session/index.ts';
import type { Outgoing, SendWindow } from './send-window.ts';

export interface OutboxSenderEvents {
  /** `records` more are confirmed. */
  confirmed(records: number): void;
  refused(reason: RefusedReason, what: UplinkProblem): void;
  trouble(what: UplinkProblem): void;
}

const ACK_BYTES = 64 * 1024;
const DOUBTS = 2;

export interface OutboxSenderOptions {
  readonly outbox: Outbox;
  readonly window: SendWindow;
  readonly clock: Clock;
  readonly cap: TokenBucket;
  readonly ackNoteMs: number;
  /** Without an ack for so long, something is wrong. */
  readonly ackMs: number;
  readonly events: OutboxSenderEvents;
}

/** What went over the wire since the start; bytes are those of the payloads, compressed. */
export interface WireTally {
  readonly bytes: number;
  readonly records: number;
}

/** Sends what waits and takes in what is confirmed, over one session at a time. */
export class OutboxSender {
  readonly #options: OutboxSenderOptions;
  readonly #outbox: Outbox;
  readonly #window: SendWindow;
  readonly #clock: Clock;
  readonly #events: OutboxSenderEvents;
  /** What was acknowledged of each stream and is not noted in the outbox yet. */
  readonly #acks = new Map<Stream, Ack>();
  #noteAtMs = Number.POSITIVE_INFINITY;
  #silentUntilMs = Number.NEGATIVE_INFINITY;
  /** Since when batches are on their way without an ack. */
  #waitingSinceMs: number | undefined;
  /** Since when records wait while none is on its way and none is to be sent. */
  #restingSinceMs: number | undefined;
  #form: PayloadForm | undefined;
  /** Acks that this outbox cannot have earned. */
  #doubts = 0;
  #wire: WireTally = { bytes: 0, records: 0 };

  constructor(options: OutboxSenderOptions) {
    this.#options = options;
    this.#outbox = options.outbox;
    this.#window = options.window;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  get wire(): WireTally {
    return this.#wire;
  }

  /** The form in which the collector that is there now reads batches; JSON and gzip where left out. */
  speak(form: PayloadForm | undefined): void {
    this.#form = form;
  }

  /** How long nothing has been confirmed although batches are on their way; 0 when that is not so. */
  silentForMs(): number {
    return this.#waitingSinceMs === undefined ? 0 : this.#clock.monoMs() - this.#waitingSinceMs;
  }

  /** Fills the window. Returns ms after which to call again without any other occasion. */
  pump(session: BrokerSession): number {
    const now = this.#clock.monoMs();
    if (this.#window.inFlight === 0 || now >= this.#noteAtMs) this.#noteAcks();
    if (now < this.#silentUntilMs) return this.#silentUntilMs - now;
    const late = this.#window.expire(now);
    if (late > 0) this.#events.trouble(problem('collector_silent', `${late} batches without an ack: sent again`));
    if (now - (this.#restingSinceMs ?? now) >= this.#options.ackMs) this.#startOver();
    const cappedMs = this.#send(session, now);
    this.#restingSinceMs = this.#isResting(cappedMs) ? (this.#restingSinceMs ?? now) : undefined;
    if (this.#window.inFlight === 0) this.#waitingSinceMs = undefined;
    else this.#waitingSinceMs ??= now;
    const lateMs = this.#window.lateInMs(now) ?? Number.POSITIVE_INFINITY;
    const restMs = this.#restingSinceMs === undefined ? Number.POSITIVE_INFINITY : this.#options.ackMs;
    return Math.min(lateMs, cappedMs, restMs, Math.max(0, this.#noteAtMs - now));
  }

  /** Whether records wait of which none is on its way, although nothing held them back. */
  #isResting(cappedMs: number): boolean {
    if (this.#window.inFlight > 0 || Number.isFinite(cappedMs)) return false;
    return Object.values(this.#outbox.stats()).some(({ queued }) => queued > 0);
  }

  /** Better to send all that waits again than to let it wait for ever. */
  #startOver(): void {
    this.#restingSinceMs = undefined;
    this.#window.forget();
    this.#events.trouble(problem('collector_silent', 'records waited without being sent: sent again'));
  }

  /** Returns ms until the cap lets more through; infinite where the cap is not what holds it back. */
  #send(session: BrokerSession, now: number): number {
    const { cap } = this.#options;
    for (;;) {
      const waitMs = cap.waitMs(now);
      if (waitMs > 0) return waitMs;
      const batch = this.#window.next(now);
      if (batch === undefined) return Number.POSITIVE_INFINITY;
      const payload = encodeText(this.#textOf(batch), this.#form);
      cap.spend(payload.length, now);
      this.#wire = { bytes: this.#wire.bytes + payload.length, records: this.#wire.records + batch.records.length };
      session.publish(
        topicOf('up', { device: this.#outbox.device, stream: batch.stream }),
        payload,
        false,
        (refusal) => {
          if (refusal !== undefined) this.#events.trouble(refusal);
        },
      );
    }
  }

  /** The session or the collector has gone: all that was on its way is forgotten. */
  forget(): void {
    this.#noteAcks();
    this.#window.forget();
    this.#waitingSinceMs = undefined;
    this.#silentUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Nobody listens, whatever the retained state says: waits for `ms`, or for the collector to speak. */
  pause(ms: number): void {
    this.#window.forget();
    this.#waitingSinceMs = undefined;
    this.#silentUntilMs = this.#clock.monoMs() + ms;
    this.#events.trouble(problem('collector_silent', 'the broker has no subscriber for what this device sends'));
  }

  /** Takes in a message of `down/#`. */
  receive(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    try {
      if (parsed?.kind === 'ack') this.#ack(decode(Ack, payload, ACK_BYTES));
      else if (parsed?.kind === 'cmd') this.#resend(decode(ResendCommand, payload, ACK_BYTES));
      else if (parsed?.kind !== 'desired')
        this.#refuse('unknown_topic', 'payload_malformed', `nothing known at ${topic}`);
    } catch (error) {
      if (!(error instanceof MalformedPayload)) throw error;
      this.#refuse('malformed', 'payload_malformed', `${topic}: ${error.message}`);
    }
  }

  #ack(ack: Ack): void {
    const { epoch, stream, upto, sack } = ack;
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('wrong_epoch', 'payload_malformed', `an ack for another journal (${epoch})`);
      return;
    }
    const { next } = this.#outbox.stats()[stream];
    const highest = Math.max(upto, ...sack.map(([a, b]) => Math.max(a, b)));
    if (highest >= next || sack.some(([a, b]) => a > b)) {
      const what = `an ack of ${stream} ${highest}, but only ${next - 1} were written`;
      this.#refuse('beyond', 'ack_beyond', what);
      if (highest >= next) this.#doubt(what);
      return;
    }
    const now = this.#clock.monoMs();
    this.#acks.set(stream, together(this.#acks.get(stream), ack));
    this.#noteAtMs = Math.min(this.#noteAtMs, now + this.#options.ackNoteMs);
    this.#waitingSinceMs = undefined;
    this.#window.acked(stream, upto, sack, now);
    // Whether the two histories are one must be known before anything more is sent or confirmed.
    if (ack.head !== undefined && this.#outbox.agrees?.(stream, upto, ack.head) === false) this.#noteAcks();
  }

  /** Several acks, one sync of the disk. What is lost here in a crash is only sent and confirmed once more. */
  #noteAcks(): void {
    const acks = [...this.#acks.values()];
    this.#acks.clear();
    this.#noteAtMs = Number.POSITIVE_INFINITY;
    for (const { stream, upto, sack, srvTs, head } of acks) {
      const before = this.#outbox.stats()[stream].queued;
      try {
        this.#outbox.ack(stream, upto, sack, srvTs, head);
      } catch (error) {
        this.#notNoted(stream, error);
        continue;
      }
      this.#events.confirmed(Math.max(0, before - this.#outbox.stats()[stream].queued));
    }
  }

  /** Not confirmed here, so it will be sent and confirmed again. */
  #notNoted(stream: Stream, error: unknown): void {
    const forked = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ack_forked';
    if (forked) {
      this.#refuse('beyond', 'ack_beyond', `${stream}: ${messageOf(error)}`);
      this.#doubt(messageOf(error));
    } else this.#events.trouble(problem('outbox_failed', `cannot note an ack: ${messageOf(error)}`));
    this.#window.forget();
  }

  /** One such ack may be spoiled on its way; who is really ahead says so with every ack. */
  #doubt(what: string): void {
    this.#doubts += 1;
    if (this.#doubts >= DOUBTS) this.#outbox.behind?.(what);
    // Sent again once, so that the next answer does not wait for the deadline of an ack.
    else this.#window.forget();
  }

  #resend({ epoch, stream, from, to }: ResendCommand): void {
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('wrong_epoch', 'payload_malformed', `a request for another journal (${epoch})`);
    } else if (to < from || from >= this.#outbox.stats()[stream].next) {
      this.#refuse('beyond', 'ack_beyond', `a request for ${stream} ${from}..${to}, which were never written`);
    } else this.#window.ask(stream, from, to);
  }

  #refuse(reason: RefusedReason, code: UplinkProblem['code'], message: string): void {
    this.#events.refused(reason, problem(code, message));
  }

  /** The envelope around the records as they stand in the journal: what was promised is byte for byte what is sent. */
  #textOf({ stream, from, to, prev, head, records }: Outgoing): string {
    const { device: dev, epoch } = this.#outbox;
    const envelope = JSON.stringify({ v: 1, dev, epoch, stream, from, to, prev, head });
    return `${envelope.slice(0, -1)},"ev":[${records.join(',')}]}`;
  }
}

/**
 * Both acks are true for ever: what was committed stays so. They may come in any order, above all from two collectors
 * over one database, so that the newest to arrive may be the older one.
 */
function together(known: Ack | undefined, ack: Ack): Ack {
  if (known === undefined) return ack;
  const ahead = ack.upto >= known.upto ? ack : known;
  return { ...ahead, sack: mergeRanges([...known.sack, ...ack.sack], ahead.upto).map(([a, b]) => [a, b]) };
}
