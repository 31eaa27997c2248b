import { encode, Inbox, topicOf } from '@lineside/protocol';
import { describe, expect, it } from 'vitest';
import { eventBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { checkBatch, type Checked } from './check-batch.ts';

const journal = new JournalTwin('line-1').appendEvents(3);

/** What becomes of a payload that arrives at the collector: refused by the inbox, or checked. */
function checked(payload: Buffer, topic = topicOf('up', { device: 'line-1', stream: 'events' })): Checked {
  let result: Checked | undefined;
  void new Inbox<'collector'>({ onRefusal: ({ reason, detail }) => (result = { refused: reason, detail }) })
    .on('up', (address, batch, { raw }) => {
      result = checkBatch(address, batch, raw);
    })
    .receive(topic, payload);
  if (result === undefined) throw new Error('neither refused nor checked');
  return result;
}

function accepted(payload: Buffer): Extract<Checked, { batch: object }> {
  const result = checked(payload);
  if ('refused' in result) throw new Error(result.detail);
  return result;
}

describe('checkBatch', () => {
  it('refuses numbers that no stream can have reached, because they would only make false gaps', () => {
    const absurd = { ...journal.batch(1, 1), from: 9_007_199_254_740_000, to: 9_007_199_254_740_000 };
    const batch = { ...absurd, ev: absurd.ev.map((record) => ({ ...record, s: absurd.from })) };
    expect(checked(encode(batch))).toMatchObject({ refused: 'number_out_of_range' });
  });

  it('reads a batch and calculates the chain to the head that the device claims', () => {
    const { batch, unread } = accepted(encode(journal.batch()));
    expect(batch.records.map(({ hash }) => hash)).toEqual(journal.heads.slice(1));
    expect(batch.head).toBe(journal.head);
    expect(batch.records.map(({ content }) => content.type)).toEqual(['event', 'event', 'event']);
    expect(unread).toEqual([]);
  });

  it('hashes records as received, with fields that a newer device adds', () => {
    const batch = journal.batch(1, 1);
    const withMore = { ...batch, ev: batch.ev.map((record) => ({ ...record, lamp: 'red' })) };
    const { batch: taken } = accepted(encode(withMore));
    expect(taken.records[0]?.json).toContain('"lamp":"red"');
    expect(taken.records[0]?.hash).not.toBe(journal.heads[1]);
  });

  it('keeps a record whose kind it does not know, and reports that', () => {
    const other = new JournalTwin('line-1');
    other.append('weather', { rain: true });
    other.append('event', { camera: 'floor' });
    const { batch: taken, unread } = accepted(encode(other.batch()));
    expect(taken.records).toHaveLength(2);
    expect(unread).toEqual(['unknown_kind', 'body_invalid']);
  });

  it('reads an event of a kind and with a reason that only a newer device knows, and no code that is none', () => {
    const other = new JournalTwin('line-1');
    other.append('event', eventBody({ kind: 'downtime', ruleType: 'line_stopped', reason: 'shift_end' }));
    other.append('event', eventBody({ kind: '<b>Downtime</b>' }));
    other.append('event', eventBody({ ruleType: 'x'.repeat(65) }));
    const { batch: taken, unread } = accepted(encode(other.batch()));
    expect(taken.records[0]?.content).toMatchObject({
      type: 'event',
      body: { kind: 'downtime', reason: 'shift_end' },
    });
    expect(unread).toEqual(['body_invalid', 'body_invalid']);
  });

  it('does not accept a tombstone that declares its own number or later ones', () => {
    const other = new JournalTwin('line-1').appendEvents(1);
    other.append('tombstone', { from: 1, to: 2, count: 2, reason: 'quota', head: journal.head });
    const { batch: taken, unread } = accepted(encode(other.batch()));
    expect(taken.records[1]?.content.type).toBe('other');
    expect(unread).toEqual(['body_invalid']);
  });

  it('names the reason for a refusal', () => {
    const refused = (payload: Buffer, topic?: string): string | undefined => {
      const result = checked(payload, topic);
      return 'refused' in result ? result.refused : undefined;
    };
    const half = JSON.stringify(journal.batch()).replace('spill', String.raw`\ud800`);
    expect(refused(Buffer.from(half))).toBe('schema');
    expect(refused(encode({ ...journal.batch(), to: 9 }))).toBe('schema');
    expect(refused(encode({ ...journal.batch(), ev: [] }))).toBe('schema');
    const batch = encode(journal.batch());
    expect(refused(batch, topicOf('up', { device: 'line-2', stream: 'events' }))).toBe('device_mismatch');
    expect(refused(batch, topicOf('up', { device: 'line-1', stream: 'audit' }))).toBe('stream_mismatch');
  });

  it('never throws, whatever bytes arrive', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const good = Buffer.from(JSON.stringify({ ...journal.batch(), ev: [{ ...journal.records[0], b: eventBody() }] }));
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Buffer.from(good);
      for (let i = 0; i < 1 + random() * 6; i += 1)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const payload = bytes.subarray(0, random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length);
      expect(() => checked(payload)).not.toThrow();
    }
  });
});
