import { MalformedPayload, type MalformedReason, parseWith, readJson } from './codec.ts';
import { parseTopic } from './topic-names.ts';
import { type AddressOf, type PayloadOf, type ReadBy, type Role, specOf, type TopicKind } from './topics.ts';

/** A message beside its parsed value. */
export interface Received {
  /** Its JSON before the schema dropped what it does not know; bounded in size and depth, otherwise unchecked. */
  readonly raw: unknown;
  /** Bytes of the payload as they came. */
  readonly bytes: number;
}

/** Takes a message that fits its schema. A promise that it returns holds back further messages, if the client can. */
export type Handler<K extends TopicKind> = (address: AddressOf<K>, value: PayloadOf<K>, received: Received) => unknown;

/** `topic`: no topic of ours, or none that this end reads. */
export type RefusalReason = 'topic' | MalformedReason;

/** A message that went no further. `detail` holds no payload. */
export interface Refusal {
  readonly kind: TopicKind | 'unknown';
  readonly reason: RefusalReason;
  /** Empty where the topic names none. */
  readonly device: string;
  readonly detail: string;
}

interface Entry {
  readonly take: (address: object, value: unknown, received: Received) => unknown;
  readonly withdrawn: (() => void) | undefined;
}

/**
 * Dispatches what arrives at one end. Nothing reaches a handler that does not fit the schema of its topic; the rest is
 * refused. Unknown fields are dropped, so that the other end may be newer.
 */
export class Inbox<R extends Role> {
  readonly #onRefusal: (refusal: Refusal) => void;
  readonly #device: string | undefined;
  readonly #entries = new Map<TopicKind, Entry>();

  /** `device`: takes messages of that device only. */
  constructor(options: { onRefusal: (refusal: Refusal) => void; device?: string }) {
    this.#onRefusal = options.onRefusal;
    this.#device = options.device;
  }

  /** Sends messages of `kind` to `handler`. `withdrawn` is called where a retained message was deleted. */
  on<K extends ReadBy<R>>(kind: K, handler: Handler<K>, withdrawn?: () => void): this {
    // The entry is only ever called with what the schema and the pattern of its own kind gave.
    this.#entries.set(kind, { take: handler as Entry['take'], withdrawn });
    return this;
  }

  /** Returns the promise of the handler, if it gave one. Throws only what a handler throws. */
  receive(topic: string, payload: Uint8Array): Promise<unknown> | undefined {
    const parsed = parseTopic(topic);
    const device = parsed !== undefined && 'device' in parsed ? parsed.device : '';
    const entry = parsed && this.#entries.get(parsed.kind);
    if (
      parsed === undefined ||
      entry === undefined ||
      (this.#device !== undefined && device !== '' && device !== this.#device)
    ) {
      this.#onRefusal({ kind: parsed?.kind ?? 'unknown', reason: 'topic', device, detail: topic.slice(0, 128) });
      return undefined;
    }
    const { kind, ...address } = parsed;
    const { schema, maxBytes, retain } = specOf(kind);
    if (retain && payload.length === 0) {
      entry.withdrawn?.();
      return undefined;
    }
    let raw: unknown;
    let value: unknown;
    try {
      raw = readJson(payload, maxBytes);
      value = parseWith(schema, raw);
    } catch (error) {
      if (!(error instanceof MalformedPayload)) throw error;
      this.#onRefusal({ kind, reason: error.reason, device, detail: error.message });
      return undefined;
    }
    const held = entry.take(address, value, { raw, bytes: payload.length });
    return held instanceof Promise ? held : undefined;
  }
}
