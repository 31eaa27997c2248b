import { describe, expect, it } from 'vitest';
import { readRecordedSignals } from './recorded-readings.ts';

describe('readRecordedSignals', () => {
  it('reads readings, bad ones and proof of life, with the time of either key', () => {
    const lines = [
      '{"seconds": 0.5, "signal": "weight", "value": 501}',
      '{"streamSeconds": 1, "signal": "weight", "bad": "overload"}',
      '',
      '{"seconds": 2, "alive": true}',
    ];
    expect(readRecordedSignals(lines.join('\n'), 'scale.jsonl')).toEqual([
      { atMs: 500, signal: { id: 'weight', reading: { value: 501 } } },
      { atMs: 1000, signal: { id: 'weight', reading: { bad: 'overload' } } },
      { atMs: 2000 },
    ]);
  });

  it.each([
    ['a line without a time', '{"signal": "weight", "value": 1}', 'line 1 has no time'],
    ['a line that is no reading', '{"seconds": 1, "weight": 1}', 'line 1 is no reading'],
    ['a line that is no JSON', 'seconds,weight', 'line 1 has no time'],
    [
      'a line that is earlier than the one before',
      '{"seconds": 2, "alive": true}\n{"seconds": 1, "alive": true}',
      'line 2 is earlier than the line before',
    ],
  ])('refuses %s and names the line', (_, text, expected) => {
    expect(() => readRecordedSignals(text, 'scale.jsonl')).toThrow(`scale.jsonl: ${expected}`);
  });
});
