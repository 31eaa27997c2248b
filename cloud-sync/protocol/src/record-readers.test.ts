import { describe, expect, it } from 'vitest';
import { counterBody, eventBody, JournalTwin } from '../../../tests/support/journal-twin.ts';
import { EventBody, TelemetryBody, TombstoneBody } from './bodies.ts';
import { WireRecord } from './envelope.ts';
import { readEventBody, readTelemetryBody, readTombstoneBody, readWireRecord } from './records/index.ts';

const SHA256 = 'a'.repeat(64);
const UUID = '00000000-0000-0000-0000-000000000000';

/** What a field may be changed to; each is right for some field and wrong for others. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 0.5, 1.5, 2 ** 53, -(2 ** 53), 1e308, Number.POSITIVE_INFINITY],
  ...['', 'a', 'opened', 'closed', 'warning', 'critical', 'synced', 'suspect', 'x'.repeat(64), 'x'.repeat(65)],
  ...['x'.repeat(128), 'x'.repeat(129), 'no_cap', 'No cap', SHA256, SHA256.toUpperCase(), `${SHA256}0`, `${SHA256}\n`],
  ...[UUID, UUID.replaceAll('0', 'f'), UUID.replace('0', '1'), '0190A5C0-7d6e-7000-BFFF-0123456789ab', `${UUID}\n`],
  ...['0123456789abcdef', '0123456789ABCDEF', [], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, '4'], [1, 2, 3, 4, 5]],
  ...[{}, { a: 1, b: 'b', c: true }, { a: null }, { a: [] }, JSON.parse('{"__proto__":1,"a":2}')],
  ...[
    { width: 1, height: 2, index: 0 },
    { width: 0, height: 2, index: 0 },
    { width: 1, height: 2, index: 0, more: 1 },
  ],
  ...[
    { id: 'm', sha256: SHA256, degraded: false },
    { id: 'm', sha256: SHA256 },
    { epoch: '0123456789abcdef', s: 3 },
  ],
  ...[
    { epoch: '0123456789abcdef', s: 0 },
    { epoch: 'x', s: 1 },
    { epoch: '0123456789abcdef', s: 1, origin: 'x' },
    { epoch: '0123456789abcdef', s: 1, before: '' },
    { epoch: '0123456789abcdef', s: 1, before: 'fedcba9876543210:0' },
    { epoch: '0123456789abcdef', s: 1, before: Array.from({ length: 16 }, () => 'fedcba9876543210:9').join(',') },
    { epoch: '0123456789abcdef', s: 1, before: Array.from({ length: 17 }, () => 'fedcba9876543210:9').join(',') },
  ],
];

const FULL_EVENT = eventBody({
  zone: 'east',
  reason: 'cleared',
  ruleType: 'spill',
  score: 0.5,
  box: [1, 2, 3, 4],
  frame: { width: 640, height: 480, index: 7 },
  model: { id: 'people', sha256: SHA256, degraded: false },
  snapshot: SHA256,
  details: { text: 'a', count: 2, sure: true },
});
const FULL_TELEMETRY = {
  ...counterBody({ counters: { offered: 3, inspected: 1, skipped: { newer_frame: 1 }, failed: { deadline: 1 } } }),
  latencyMs: { p50: 1, p95: 2, p99: 3 },
  linePace: { label: 'bottle', movement: 80, spacing: 100, fps: 5, neededFps: 10 },
};
const TOMBSTONE: TombstoneBody = { from: 1, to: 3, count: 3, reason: 'quota', head: SHA256 };
const RECORD: WireRecord = {
  ...new JournalTwin('line-1').append('event', eventBody()),
  was: { epoch: '0123456789abcdef', s: 4, origin: 'fedcba9876543210', before: '1123456789abcdef:3,fedcba9876543210:4' },
};

const CASES = [
  ['event body', FULL_EVENT, EventBody, readEventBody],
  ['telemetry body', FULL_TELEMETRY, TelemetryBody, readTelemetryBody],
  ['tombstone body', TOMBSTONE, TombstoneBody, readTombstoneBody],
  ['record', RECORD, WireRecord, readWireRecord],
] as const;

describe.each(CASES)('the reader that loads no schema: %s', (_name, full, schema, read) => {
  it('returns the object that has every field', () => {
    expect(read(full)).toEqual(full);
    expect(schema.parse(full)).toEqual(full);
  });

  it('accepts and refuses the same objects as the schema when one field is missing or has another value', () => {
    const seen = { accepted: 0, refused: 0 };
    for (const key of [...Object.keys(full), 'unknown']) {
      const without = Object.fromEntries(Object.entries(full).filter(([other]) => other !== key));
      for (const changed of [without, ...VALUES.map((value) => ({ ...without, [key]: value }))]) {
        const expected = schema.safeParse(changed).data;
        expect(read(changed), JSON.stringify(changed)).toEqual(expected);
        seen[expected === undefined ? 'refused' : 'accepted'] += 1;
      }
    }
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(50);
  });

  it.each([{ value: undefined }, { value: null }, { value: 'text' }, { value: 1 }, { value: [] }, { value: {} }])(
    'refuses $value, as the schema does',
    ({ value }) => {
      expect(schema.safeParse(value).success).toBe(false);
      expect(read(value)).toBeUndefined();
    },
  );
});
