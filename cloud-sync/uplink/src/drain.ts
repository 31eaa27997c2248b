import { Ack, decode, encodeText, MalformedPayload, parseTopic, ResendCommand, topics } from '@lineside/protocol';
import type { BrokerSession } from './broker-session.ts';
import { type Condition, condition, messageOf } from './condition.ts';
import type { Outbox } from './outbox.ts';
import type { UplinkClock } from './ports.ts';
import type { Outgoing, SendWindow } from './send-window.ts';
import type { RefusedReason } from './snapshot.ts';

export interface DrainEvents {
  /** `records` more are confirmed. */
  confirmed(records: number): void;
  refused(reason: RefusedReason, what: Condition): void;
  trouble(what: Condition): void;
}

const ACK_BYTES = 64 * 1024;

/** Sends what waits and takes in what is confirmed, over one session at a time. */
export class Drain {
  readonly #outbox: Outbox;
  readonly #window: SendWindow;
  readonly #clock: UplinkClock;
  readonly #events: DrainEvents;
  #silentUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: { outbox: Outbox; window: SendWindow; clock: UplinkClock; events: DrainEvents }) {
    this.#outbox = options.outbox;
    this.#window = options.window;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  /** Fills the window. Returns ms after which to call again without any other occasion. */
  pump(session: BrokerSession): number {
    const now = this.#clock.monoMs();
    if (now < this.#silentUntilMs) return this.#silentUntilMs - now;
    const late = this.#window.expire(now);
    if (late > 0) this.#events.trouble(condition('collector_silent', `${late} batches without an ack: sent again`));
    for (let batch = this.#window.next(now); batch !== undefined; batch = this.#window.next(now)) {
      const topic = topics.up(this.#outbox.device, batch.stream);
      session.publish(topic, encodeText(this.#textOf(batch)), false, (refusal) => {
        if (refusal !== undefined) this.#events.trouble(refusal);
      });
    }
    return this.#window.lateInMs(now) ?? Number.POSITIVE_INFINITY;
  }

  /** The session or the collector has gone: all that was on its way is forgotten. */
  forget(): void {
    this.#window.forget();
    this.#silentUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Nobody listens, whatever the retained state says: waits for `ms`, or for the collector to speak. */
  pause(ms: number): void {
    this.#window.forget();
    this.#silentUntilMs = this.#clock.monoMs() + ms;
    this.#events.trouble(condition('collector_silent', 'the broker has no subscriber for what this device sends'));
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
    const { epoch, stream, upto, sack, srvTs } = ack;
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('wrong_epoch', 'payload_malformed', `an ack for another journal (${epoch})`);
      return;
    }
    const before = this.#outbox.stats()[stream];
    const highest = Math.max(upto, ...sack.map(([a, b]) => Math.max(a, b)));
    if (highest >= before.next || sack.some(([a, b]) => a > b)) {
      this.#refuse('beyond', 'ack_beyond', `an ack of ${stream} ${highest}, but only ${before.next - 1} were written`);
      return;
    }
    try {
      this.#outbox.ack(stream, upto, sack, srvTs);
    } catch (error) {
      // Not confirmed here, so it will be sent and confirmed again.
      this.#events.trouble(condition('outbox_failed', `cannot note an ack: ${messageOf(error)}`));
      return;
    }
    this.#window.acked(stream, upto, sack);
    this.#events.confirmed(Math.max(0, before.queued - this.#outbox.stats()[stream].queued));
  }

  #resend({ epoch, stream, from, to }: ResendCommand): void {
    if (epoch !== this.#outbox.epoch) {
      this.#refuse('wrong_epoch', 'payload_malformed', `a request for another journal (${epoch})`);
    } else if (to < from || from >= this.#outbox.stats()[stream].next) {
      this.#refuse('beyond', 'ack_beyond', `a request for ${stream} ${from}..${to}, which were never written`);
    } else this.#window.ask(stream, from, to);
  }

  #refuse(reason: RefusedReason, code: Condition['code'], message: string): void {
    this.#events.refused(reason, condition(code, message));
  }

  /** The envelope around the records as they stand in the journal: what was promised is byte for byte what is sent. */
  #textOf({ stream, from, to, prev, head, records }: Outgoing): string {
    const { device: dev, epoch } = this.#outbox;
    const envelope = JSON.stringify({ v: 1, dev, epoch, stream, from, to, prev, head });
    return `${envelope.slice(0, -1)},"ev":[${records.join(',')}]}`;
  }
}
