import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import {
  decodePayload,
  encodePayload,
  isSparkplugName,
  nextHostState,
  parseHostState,
  parseTopic,
  topicOf,
  typedValue,
} from './index.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a Sparkplug payload', () => {
  it('has a sequence number and an alias of 0 on the wire', () => {
    const encoded = Buffer.from(encodePayload({ seq: 0, metrics: [{ alias: 0, value: true }] })).toString('hex');
    // Field 3 of the payload, field 2 of the metric: both written although they are 0.
    expect(encoded).toBe('1204100070011800');
  });

  it('comes back as it was, negative and large numbers included', () => {
    const metrics = [
      { name: 'bdSeq', timestamp: 5, type: 'Int64', value: 0 },
      { name: 'a', alias: 1, type: 'Int32', value: -5 },
      { name: 'b', alias: 2, type: 'Int64', value: -7 },
      { name: 'c', alias: 3, type: 'UInt64', value: Number.MAX_SAFE_INTEGER },
      { name: 'd', alias: 4, type: 'Double', value: 0.1 },
      { name: 'e', alias: 5, type: 'String', value: 'café' },
      { name: 'f', alias: 6, type: 'String', value: null },
      { name: 'g', alias: 7, type: 'Boolean', value: false },
    ] as const;
    const decoded = decodePayload(encodePayload({ timestamp: 1_764_400_000_000, seq: 255, metrics }));
    if ('problem' in decoded) throw new Error(decoded.problem);
    expect(decoded).toMatchObject({ timestamp: 1_764_400_000_000, seq: 255 });
    const values = decoded.metrics.map(({ type, value }) => (value === null ? null : typedValue(type, value)));
    expect(values).toEqual(metrics.map(({ value }) => value));
    expect(decoded.metrics.map(({ alias }) => alias)).toEqual([undefined, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('reads negative numbers of 8 and 16 bits, however many bits are sent', () => {
    expect(typedValue('Int8', 0xff)).toBe(-1);
    expect(typedValue('Int8', 0xffff_fff6)).toBe(-10);
    expect(typedValue('Int16', 0xfffe)).toBe(-2);
    expect(typedValue('Int16', 0xffff_fffe)).toBe(-2);
    expect(typedValue('Int32', 0x7fff_ffff)).toBe(0x7fff_ffff);
    expect(typedValue('UInt32', 0xffff_ffff)).toBe(0xffff_ffff);
  });

  it('has no value of another type than the birth says', () => {
    expect(typedValue('Boolean', 1)).toBeUndefined();
    expect(typedValue('String', 1)).toBeUndefined();
    expect(typedValue('Double', 'x')).toBeUndefined();
  });

  it('that is garbage, cut off, too deep or too large is refused and never throws', () => {
    const good = encodePayload({ seq: 1, metrics: [{ name: 'a', type: 'Int32', value: 1 }] });
    const below = dice(14);
    for (let round = 0; round < 2_000; round++) {
      const mutated = Uint8Array.from(good.subarray(0, 1 + below(good.length)));
      for (let changes = below(5); changes > 0; changes--) {
        mutated[below(mutated.length)] = below(256);
      }
      const decoded = decodePayload(mutated);
      if (!('problem' in decoded)) expect(decoded.metrics.length).toBeLessThan(50);
    }
    // Groups within groups, which a reader that goes down into them does not survive.
    const deep = Buffer.alloc(400_000, 0x7b);
    expect(decodePayload(deep)).toHaveProperty('problem');
    expect(decodePayload(new Uint8Array(1_048_577))).toEqual({ problem: 'too_large' });
    const many = encodePayload({ metrics: Array.from({ length: 5_001 }, () => ({ alias: 1, value: 1 })) });
    expect(decodePayload(many)).toEqual({ problem: 'too_many_metrics' });
    expect(decodePayload(encodePayload({ seq: 256, metrics: [] }))).toEqual({ problem: 'wrong_seq' });
  });
});

describe('Sparkplug topics and hosts', () => {
  it('reads what it writes, and nothing else', () => {
    const place = { group: 'g', node: 'n', device: 'd' };
    expect(parseTopic(topicOf('DDATA', place))).toEqual({ type: 'DDATA', ...place });
    expect(parseTopic('spBv1.0/g/NDATA/n')).toMatchObject({ type: 'NDATA', group: 'g', node: 'n' });
    for (const topic of ['', 'spAv1.0/g/NDATA/n', 'spBv1.0/g/NDATA/n/d', 'spBv1.0/g/DDATA/n', 'spBv1.0/STATE/host']) {
      expect(parseTopic(topic)).toBeUndefined();
    }
  });

  it('takes no name that would be part of a filter', () => {
    expect(['plant 1', 'café'].every(isSparkplugName)).toBe(true);
    expect(['', 'a/b', '+', '#', 'a\0', 'x'.repeat(129)].some(isSparkplugName)).toBe(false);
  });

  it('does not believe an offline of an earlier connection of the host', () => {
    const online = parseHostState(bytes('{"online": true, "timestamp": 20}'));
    expect(online).toEqual({ online: true, timestamp: 20 });
    expect(nextHostState(online, { online: false, timestamp: 10 })).toEqual(online);
    expect(nextHostState(online, { online: false, timestamp: 20 })).toEqual({ online: false, timestamp: 20 });
    for (const text of ['', 'ONLINE', '[]', '{"online": 1, "timestamp": 2}', '{"online": true}', 'null']) {
      expect(parseHostState(bytes(text))).toBeUndefined();
    }
    expect(parseHostState(bytes(`{"online": true, "timestamp": 1, "x": "${'x'.repeat(2_000)}"}`))).toBeUndefined();
  });
});
