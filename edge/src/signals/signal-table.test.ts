import { describe, expect, it } from 'vitest';
import { HandClock } from '../../../tests/support/test-journal.ts';
import { numberOf, type Signal } from '../domain/index.ts';
import type { SignalSetting } from './signal-setting.ts';
import { SignalTable } from './signal-table.ts';

const SCALE: SignalSetting = {
  id: 'scale',
  type: 'number',
  unit: 'g',
  scale: 0.1,
  offset: -5,
  deadband: 1,
  min: 0,
  max: 1000,
  staleAfterMs: 2_000,
  source: 'twin://h:1/weight',
};

function tableOf(...changes: readonly Partial<SignalSetting>[]): { table: SignalTable; clock: HandClock } {
  const clock = new HandClock();
  const settings = changes.length === 0 ? [SCALE] : changes.map((change) => ({ ...SCALE, ...change }));
  return { table: new SignalTable(clock, settings), clock };
}

const readingOf = (table: SignalTable, id = 'scale'): Signal['reading'] | undefined => table.get(id)?.reading;

describe('SignalTable', () => {
  it('has no value before the first reading, and none for a signal that does not exist', () => {
    const { table } = tableOf();
    expect(table.get('scale')).toMatchObject({ reading: { state: 'stale', reason: 'never_received' }, sample: 0 });
    expect(table.get('other')).toBeUndefined();
  });

  it('multiplies by the scale, then adds the offset', () => {
    const { table } = tableOf();
    table.receive('scale', { value: 5_100 });
    expect(table.get('scale')).toMatchObject({ reading: { state: 'good', value: 505 }, unit: 'g', sample: 1 });
  });

  it('never gives the last good value for one that is bad, of the wrong type or out of range', () => {
    const { table } = tableOf();
    for (const [raw, reason] of [
      [{ bad: 'sensor broken' }, 'sensor broken'],
      [{ value: 'abc' }, 'wrong_type'],
      [{ value: Number.NaN }, 'wrong_type'],
      [{ value: null }, 'wrong_type'],
      [{ value: 20_000 }, 'out_of_range'],
      [{ value: 0 }, 'out_of_range'],
    ] as const) {
      table.receive('scale', { value: 5_000 });
      table.receive('scale', raw);
      expect(readingOf(table)).toEqual({ state: 'bad', reason });
      expect(numberOf(table.get('scale'))).toBeUndefined();
    }
  });

  it('is stale when nothing proves it any more, and good for as long as something does', () => {
    const { table, clock } = tableOf();
    table.receive('scale', { value: 5_000 });
    for (let k = 0; k < 5; k += 1) {
      clock.advance(1_900);
      table.alive(['scale']);
    }
    expect(readingOf(table)).toMatchObject({ state: 'good' });
    clock.advance(2_001);
    expect(readingOf(table)).toEqual({ state: 'stale', reason: 'too_old' });
    clock.advance(1_000);
    expect(clock.monoMs() - (table.get('scale')?.atMs ?? 0)).toBe(1_001);
  });

  it('is stale at once when its source is lost, and what comes after is of another epoch', () => {
    const { table } = tableOf();
    table.receive('scale', { value: 5_000 });
    const before = table.get('scale');
    table.lost(['scale']);
    expect(readingOf(table)).toEqual({ state: 'stale', reason: 'source_lost' });
    table.alive(['scale']);
    expect(readingOf(table)).toEqual({ state: 'stale', reason: 'source_lost' });
    table.receive('scale', { value: 5_000 });
    expect(table.get('scale')).toMatchObject({ reading: { state: 'good' }, epoch: (before?.epoch ?? 0) + 1 });
  });

  it('takes a number within the deadband for the same, and yet counts the reading', () => {
    const { table } = tableOf();
    table.receive('scale', { value: 5_000 });
    table.receive('scale', { value: 5_009 });
    expect(table.get('scale')).toMatchObject({ reading: { value: 495 }, sample: 2 });
    table.receive('scale', { value: 5_020 });
    expect(readingOf(table)).toEqual({ state: 'good', value: 497 });
  });

  it('knows that a reading was old when it was read, and announces none that is stale', () => {
    const { table } = tableOf();
    const heard: Signal[] = [];
    table.onSample((signal) => heard.push(signal));
    table.receive('scale', { value: 5_000, ageMs: 3_000 });
    expect(readingOf(table)).toEqual({ state: 'stale', reason: 'too_old' });
    table.receive('scale', { value: 5_000, ageMs: 500 });
    table.receive('scale', { bad: 'x' });
    expect(heard.map(({ reading }) => reading.state)).toEqual(['good', 'bad']);
  });

  it('reads words for booleans, and texts without control characters', () => {
    const { table } = tableOf({ id: 'runs', type: 'boolean' }, { id: 'code', type: 'text' });
    for (const [raw, value] of [
      [true, true],
      ['ON', true],
      [0, false],
      ['no', false],
    ] as const) {
      table.receive('runs', { value: raw });
      expect(readingOf(table, 'runs')).toEqual({ state: 'good', value });
    }
    table.receive('runs', { value: 'perhaps' });
    expect(readingOf(table, 'runs')).toEqual({ state: 'bad', reason: 'wrong_type' });
    table.receive('code', { value: ' A\u00001\n' });
    expect(readingOf(table, 'code')).toEqual({ state: 'good', value: 'A1' });
    table.receive('code', { value: 'x'.repeat(200) });
    expect(readingOf(table, 'code')).toEqual({ state: 'bad', reason: 'out_of_range' });
  });

  it('keeps readings of signals that stay as they are when the settings change', () => {
    const { table } = tableOf({}, { id: 'other' });
    table.receive('scale', { value: 5_000 });
    table.receive('other', { value: 5_000 });
    table.use([SCALE, { ...SCALE, id: 'other', scale: 1 }]);
    expect(readingOf(table)).toMatchObject({ state: 'good' });
    expect(readingOf(table, 'other')).toMatchObject({ reason: 'never_received' });
  });
});
