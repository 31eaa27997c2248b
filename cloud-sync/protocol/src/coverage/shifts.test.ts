import { describe, expect, it } from 'vitest';
import { MAX_PARTS, parseInstant, partsOf, requestOf } from './coverage-query.ts';
import { intervalText } from './coverage-text.ts';
import { DEFAULT_SHIFTS, planOrDefault, shiftsWithin, type ShiftPlan } from './shifts.ts';

const HOUR = 3_600_000;
const BERLIN: ShiftPlan = { timeZone: 'Europe/Berlin', shifts: DEFAULT_SHIFTS };
const hours = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): number => (toMs - fromMs) / HOUR;
const at = (text: string): number => Date.parse(text);

describe('shifts', () => {
  it('last eight hours on an ordinary day, also over midnight', () => {
    const shifts = shiftsWithin({ fromMs: at('2026-11-28T05:00Z'), toMs: at('2026-11-29T05:00Z') }, BERLIN);
    expect(shifts.map((shift) => [shift.name, new Date(shift.fromMs).toISOString(), hours(shift)])).toEqual([
      ['Early', '2026-11-28T05:00:00.000Z', 8],
      ['Late', '2026-11-28T13:00:00.000Z', 8],
      ['Night', '2026-11-28T21:00:00.000Z', 8],
    ]);
  });

  it('last seven hours when the clock is put forward and nine when it is put back', () => {
    const night = (text: string) =>
      shiftsWithin({ fromMs: at(text), toMs: at(text) + 1 }, BERLIN).map((shift) => [shift.name, hours(shift)]);
    expect(night('2026-03-29T01:00Z')).toEqual([['Night', 7]]);
    expect(night('2026-10-25T01:00Z')).toEqual([['Night', 9]]);
  });

  it('start later by the skipped hour at a time that the clock skips, and at the first of two equal times', () => {
    const plan: ShiftPlan = { ...BERLIN, shifts: [{ name: 'x', startMinute: 150, endMinute: 600 }] };
    const start = (text: string) =>
      shiftsWithin({ fromMs: at(text), toMs: at(text) + 1 }, plan).map(({ fromMs }) => new Date(fromMs).toISOString());
    expect(start('2026-03-29T06:00Z')).toEqual(['2026-03-29T01:30:00.000Z']);
    expect(start('2026-10-25T06:00Z')).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  it('are left out on days on which they do not start', () => {
    const plan: ShiftPlan = {
      timeZone: 'UTC',
      shifts: [{ name: 'Week', startMinute: 360, endMinute: 840, days: ['mon', 'fri'] }],
    };
    const week = shiftsWithin({ fromMs: at('2026-11-23T00:00Z'), toMs: at('2026-11-30T00:00Z') }, plan);
    expect(week.map(({ fromMs }) => new Date(fromMs).getUTCDay())).toEqual([1, 5]);
  });

  it('are the default in UTC where a device reports a time zone that is not known here', () => {
    expect(planOrDefault({ timeZone: 'Mars/Olympus', shifts: [] })).toEqual({
      timeZone: 'UTC',
      shifts: DEFAULT_SHIFTS,
    });
  });
});

describe('parts of an interval', () => {
  it('are hours of the clock on the wall, 25 of them on the day on which it is put back', () => {
    const asked = requestOf({ date: '2026-10-25' }, BERLIN, at('2026-11-01T00:00Z'));
    if (asked.mistake !== undefined) throw new Error(asked.mistake);
    expect(asked.parts).toHaveLength(25);
    expect(asked.parts.every((part) => hours(part) === 1)).toBe(true);
  });

  it('begin at the full hour where the time zone is half an hour apart', () => {
    const [first] = partsOf({ fromMs: at('2026-11-28T02:10Z'), toMs: at('2026-11-28T03:00Z') }, 'hour', {
      ...{ timeZone: 'Asia/Kolkata', shifts: [] },
    });
    expect(new Date(first?.fromMs ?? 0).toISOString()).toBe('2026-11-28T01:30:00.000Z');
  });

  it('are refused where there would be too many of them', () => {
    const asked = requestOf({ from: '0', to: String(MAX_PARTS * 60_000 + 1), by: 'minute' }, BERLIN, 0);
    expect(asked.mistake).toMatch(/at most 1500 minutes/);
  });
});

describe('a time in words', () => {
  const now = at('2026-11-28T12:00Z');

  it.each([
    ['02:14', '2026-11-28T01:14:00.000Z'],
    ['23:00', '2026-11-27T22:00:00.000Z'],
    ['2026-07-01T02:14', '2026-07-01T00:14:00.000Z'],
    ['2026-07-01 02:14', '2026-07-01T00:14:00.000Z'],
    ['2026-07-01T02:14Z', '2026-07-01T02:14:00.000Z'],
    ['1782871200000', '2026-07-01T02:00:00.000Z'],
  ])('%s is an instant, by the clock on the wall where it names no zone', (text, expected) => {
    expect(new Date(parseInstant(text, 'Europe/Berlin', now) ?? 0).toISOString()).toBe(expected);
  });

  it.each(['yesterday', '24:00', '2026-02-30T02:14', '2026-13-01T00:00', ''])('%j is none', (text) => {
    expect(parseInstant(text, 'Europe/Berlin', now)).toBeUndefined();
  });
});

it('an interval names its date, its zone, and both zones where they differ', () => {
  expect(intervalText(at('2026-11-28T05:00Z'), at('2026-11-28T13:00Z'), 'Europe/Berlin')).toMatch(
    /^28 Nov 2026, 06:00 to 14:00 (CET|GMT\+1)$/,
  );
  expect(intervalText(at('2026-10-24T20:00Z'), at('2026-10-25T05:00Z'), 'Europe/Berlin')).toMatch(
    /^24 Oct 2026, 22:00 \S+ to 25 Oct 2026, 06:00 \S+$/,
  );
});
