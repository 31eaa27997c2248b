import { encodeText, MalformedPayload, parseWith, type PayloadForm } from './codec.ts';
import { topicOf } from './topic-names.ts';
import { type AddressOf, type PayloadOf, specOf, type TopicKind } from './topics.ts';

/** A message as a client of the broker needs it; all but the payload follows from the topic map. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 1;
  readonly retain: boolean;
  readonly expiryS?: number;
}

/**
 * A message of `kind`. Throws MalformedPayload for a value that the readers would refuse: better here than at each of
 * them.
 */
export function outgoing<K extends TopicKind>(kind: K, address: AddressOf<K>, value: PayloadOf<K>): OutgoingMessage {
  parseWith(specOf(kind).schema, value);
  return outgoingText(kind, address, JSON.stringify(value));
}

/** The same for JSON that is text already, and is not checked again; in `form` where the receiver has announced it. */
export function outgoingText<K extends TopicKind>(
  kind: K,
  address: AddressOf<K>,
  text: string,
  form?: PayloadForm,
): OutgoingMessage {
  const { qos, retain, expiryS, encoding, maxBytes } = specOf(kind);
  const topic = topicOf(kind, address);
  // A character takes up to three bytes of UTF-8: only then must they be counted.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw new MalformedPayload('too_big', `longer than the ${maxBytes} bytes of ${topic}`);
  }
  const payload = encoding === 'json' ? Buffer.from(text) : encodeText(text, encoding === 'gzip' ? undefined : form);
  return { topic, payload, qos, retain, ...(expiryS === undefined ? {} : { expiryS }) };
}
