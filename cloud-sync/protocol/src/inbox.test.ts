import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { JournalTwin } from '../../../tests/support/journal-twin.ts';
import { encode, encodeText, Inbox, type PayloadOf, type Refusal, type Reported, topicOf } from './index.ts';

const journal = new JournalTwin('line-1').appendEvents(3);
const UP = topicOf('up', { device: 'line-1', stream: 'events' });
const REPORTED = topicOf('reported', { device: 'line-1' });
const reported: Reported = { v: 1, t: 1, queue: { events: { queued: 1, declaredLost: 0 } }, pictures: 0, drainPerS: 0 };

let refusals: Refusal[];
let taken: unknown[];
let inbox: Inbox<'collector'>;
beforeEach(() => {
  refusals = [];
  taken = [];
  inbox = new Inbox<'collector'>({ onRefusal: (refusal) => refusals.push(refusal) })
    .on('up', (address, batch, { bytes }) => void taken.push({ ...address, from: batch.from, to: batch.to, bytes }))
    .on('reported', (_address, document) => void taken.push(document))
    .on(
      'collectorState',
      (_address, state) => void taken.push(state),
      () => taken.push('withdrawn'),
    );
});
const reasonOf = (topic: string, payload: Buffer): string | undefined => {
  refusals.length = 0;
  void inbox.receive(topic, payload);
  return refusals[0]?.reason;
};

test('a handler gets the levels of the topic and the parsed value, in every form of the payload', () => {
  const text = JSON.stringify(journal.batch());
  for (const payload of [Buffer.from(text), gzipSync(text), encodeText(text, 'zstd1')]) {
    void inbox.receive(UP, payload);
    expect(taken.pop()).toEqual({ device: 'line-1', stream: 'events', from: 1, to: 3, bytes: payload.length });
  }
  expect(refusals).toEqual([]);
});

test('a message that is too big, too deep, no JSON or of another shape reaches no handler and is named', () => {
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  expect(reasonOf(UP, Buffer.from('hello'))).toBe('not_json');
  expect(reasonOf(UP, Buffer.alloc(0))).toBe('not_json');
  expect(reasonOf(UP, Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toBe('not_json');
  expect(reasonOf(UP, gzipSync(deep.slice(0, 250_000)))).toBe('not_json');
  expect(reasonOf(UP, gzipSync(Buffer.alloc(50_000_000, 32)))).toBe('too_big');
  expect(reasonOf(UP, Buffer.alloc(300_000, 32))).toBe('too_big');
  expect(reasonOf(REPORTED, encode({ ...reported, more: 'x'.repeat(70_000) }))).toBe('too_big');
  expect(reasonOf(UP, Buffer.from(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`))).toBe('too_deep');
  expect(reasonOf(UP, Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBe('too_deep');
  expect(reasonOf(UP, Buffer.from('null'))).toBe('schema');
  expect(reasonOf(REPORTED, encode({ ...reported, pictures: -1 }))).toBe('schema');
  expect(taken).toEqual([]);
  expect(refusals).toMatchObject([{ kind: 'reported', device: 'line-1', detail: expect.stringContaining('pictures') }]);
});

test('fields that a newer end adds are dropped, and the rest is taken', () => {
  const newer = { ...reported, mood: 'good', queue: { ...reported.queue, ghosts: { queued: 'many' } } };
  expect(reasonOf(REPORTED, encode(newer))).toBeUndefined();
  expect(taken).toEqual([reported]);
});

test('a topic that this end does not read is refused, and a retained message that was deleted is not', () => {
  expect(reasonOf('lineside/v1/line-1/down/whatever', encode({}))).toBe('topic');
  expect(reasonOf(topicOf('ack', { device: 'line-1' }), encode({}))).toBe('topic');
  expect(reasonOf(REPORTED, Buffer.alloc(0))).toBeUndefined();
  expect(reasonOf(topicOf('collectorState'), Buffer.alloc(0))).toBeUndefined();
  expect(taken).toEqual(['withdrawn']);
});

test('an inbox of one device takes no messages of another', () => {
  const acks: PayloadOf<'ack'>[] = [];
  const own = new Inbox<'device'>({ device: 'line-1', onRefusal: (refusal) => refusals.push(refusal) }).on(
    'ack',
    (_address, ack) => void acks.push(ack),
  );
  const ack = { v: 1, epoch: '0'.repeat(16), stream: 'events', upto: 1, sack: [], srvTs: 0 };
  void own.receive(topicOf('ack', { device: 'line-2' }), encode(ack));
  expect(acks).toEqual([]);
  void own.receive(topicOf('ack', { device: 'line-1' }), encode(ack));
  expect(acks).toEqual([ack]);
  void own.receive(topicOf('ack', { device: 'line-1' }), encode({ ...ack, sack: [[9, 2]] }));
  expect(refusals.map(({ reason }) => reason)).toEqual(['topic', 'schema']);
});

test('a promise of the handler is passed on, so that the client can hold back further messages', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const slow = new Inbox<'collector'>({ onRefusal: () => undefined }).on('reported', () => promise);
  const held = slow.receive(REPORTED, encode(reported));
  expect(held).toBeInstanceOf(Promise);
  resolve(undefined);
  await held;
  expect(inbox.receive(REPORTED, encode(reported))).toBeUndefined();
});
