import { gzipSync } from 'node:zlib';
import { encode } from '@lineside/protocol';
import { describe, expect, it } from 'vitest';
import { eventBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { checkBatch } from './check-batch.ts';

const journal = new JournalTwin('line-1').appendEvents(3);

function malformed(payload: Buffer, device = 'line-1', stream: 'events' | 'audit' = 'events'): string | undefined {
  const checked = checkBatch(device, stream, payload);
  return 'malformed' in checked ? checked.malformed : undefined;
}

describe('checkBatch', () => {
  it('takes a batch apart and computes the chain to the head that the device claims', () => {
    const checked = checkBatch('line-1', 'events', encode(journal.batch()));
    if ('malformed' in checked) throw new Error(checked.detail);
    expect(checked.batch.records.map(({ hash }) => hash)).toEqual(journal.heads.slice(1));
    expect(checked.batch.head).toBe(journal.head);
    expect(checked.batch.records.map(({ meaning }) => meaning.is)).toEqual(['event', 'event', 'event']);
    expect(checked.unread).toEqual([]);
  });

  it('hashes what came, also fields that a newer device adds', () => {
    const batch = journal.batch(1, 1);
    const withMore = { ...batch, ev: batch.ev.map((record) => ({ ...record, lamp: 'red' })) };
    const checked = checkBatch('line-1', 'events', encode(withMore));
    if ('malformed' in checked) throw new Error(checked.detail);
    expect(checked.batch.records[0]?.json).toContain('"lamp":"red"');
    expect(checked.batch.records[0]?.hash).not.toBe(journal.heads[1]);
  });

  it('keeps a record whose kind it does not know, and says so', () => {
    const other = new JournalTwin('line-1');
    other.append('weather', { rain: true });
    other.append('event', { camera: 'floor' });
    const checked = checkBatch('line-1', 'events', encode(other.batch()));
    if ('malformed' in checked) throw new Error(checked.detail);
    expect(checked.batch.records).toHaveLength(2);
    expect(checked.unread).toEqual(['unknown_kind', 'body_invalid']);
  });

  it('does not believe a tombstone that gives up its own number or later ones', () => {
    const other = new JournalTwin('line-1').appendEvents(1);
    other.append('tombstone', { from: 1, to: 2, count: 2, reason: 'quota', head: journal.head });
    const checked = checkBatch('line-1', 'events', encode(other.batch()));
    if ('malformed' in checked) throw new Error(checked.detail);
    expect(checked.batch.records[1]?.meaning.is).toBe('other');
    expect(checked.unread).toEqual(['body_invalid']);
  });

  it('names why it refuses', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(malformed(Buffer.from('hello'))).toBe('not_json');
    expect(malformed(Buffer.alloc(0))).toBe('not_json');
    expect(malformed(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toBe('not_json');
    expect(malformed(gzipSync(Buffer.alloc(50_000_000, 32)))).toBe('too_big');
    expect(malformed(Buffer.alloc(300_000, 32))).toBe('too_big');
    expect(malformed(gzipSync(deep.slice(0, 250_000)))).toBe('not_json');
    expect(malformed(Buffer.from(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`))).toBe('too_deep');
    expect(malformed(Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBe('too_deep');
    expect(malformed(Buffer.from('null'))).toBe('schema');
    expect(malformed(encode({ ...journal.batch(), to: 9 }))).toBe('schema');
    expect(malformed(encode({ ...journal.batch(), ev: [] }))).toBe('schema');
    const half = JSON.stringify(journal.batch()).replace('spill', String.raw`\ud800`);
    expect(malformed(Buffer.from(half))).toBe('schema');
    expect(malformed(encode(journal.batch()), 'line-2')).toBe('device_mismatch');
    expect(malformed(encode(journal.batch()), 'line-1', 'audit')).toBe('stream_mismatch');
  });

  it('never throws, whatever bytes come', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const good = Buffer.from(JSON.stringify({ ...journal.batch(), ev: [{ ...journal.records[0], b: eventBody() }] }));
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Buffer.from(good);
      for (let i = 0; i < 1 + random() * 6; i += 1)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const payload = bytes.subarray(0, random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length);
      expect(() => checkBatch('line-1', 'events', payload)).not.toThrow();
    }
  });
});
