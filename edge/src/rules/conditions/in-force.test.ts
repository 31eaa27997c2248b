import type { ShiftPlan } from '@lineside/protocol/coverage';
import { describe, expect, it } from 'vitest';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';
import { InForce, type InForceOptions } from './in-force.ts';

const PLAN: ShiftPlan = {
  timeZone: 'Europe/Berlin',
  shifts: [
    { name: 'Early', startMinute: 360, endMinute: 840 },
    { name: 'Night', startMinute: 1320, endMinute: 360, days: ['sun'] },
  ],
};
const at = (text: string, options: InForceOptions): boolean =>
  new InForce({ plan: PLAN, wallTime: () => Date.parse(text), ...options }).at(0);

describe('a rule is in force', () => {
  it('always without a schedule and without shifts', () => {
    expect(at('2026-11-28T03:00Z', {})).toBe(true);
  });

  it('in its shifts, by the clock of the line and not of the machine', () => {
    expect(at('2026-07-01T04:00Z', { shifts: ['Early'] })).toBe(true);
    expect(at('2026-07-01T03:59Z', { shifts: ['Early'] })).toBe(false);
    expect(at('2026-11-28T05:00Z', { shifts: ['Early'] })).toBe(true);
    expect(at('2026-11-28T04:59Z', { shifts: ['Early'] })).toBe(false);
    expect(at('2026-11-28T13:00Z', { shifts: ['Early'] })).toBe(false);
  });

  it('after midnight in a shift that began the day before', () => {
    // 2026-11-29 is a Sunday.
    expect(at('2026-11-30T04:59Z', { shifts: ['Night'] })).toBe(true);
    expect(at('2026-11-30T05:00Z', { shifts: ['Night'] })).toBe(false);
    expect(at('2026-11-29T04:00Z', { shifts: ['Night'] })).toBe(false);
    expect(at('2026-11-30T21:30Z', { shifts: ['Night'] })).toBe(false);
  });

  it('in the parts of the day of its schedule beside its shifts', () => {
    const schedule = [{ days: ['sat'], from: 900, to: 960 }] as const;
    expect(at('2026-11-28T14:00Z', { schedule })).toBe(true);
    expect(at('2026-11-27T14:00Z', { schedule })).toBe(false);
    expect(at('2026-11-27T08:00Z', { schedule, shifts: ['Early'] })).toBe(true);
    expect(at('2026-11-28T14:00Z', { schedule: [{ from: 600, to: 600 }] })).toBe(true);
  });

  it('while the wall clock is not trusted, and where there is none', () => {
    expect(at('', { shifts: ['Early'], wallTime: () => undefined })).toBe(true);
    expect(new InForce({ plan: PLAN, shifts: ['Early'] }).at(0)).toBe(true);
  });
});

describe('a rule with a schedule', () => {
  const spill = track(1, 'spill', [300, 100, 360, 140]);
  const options = { type: 'spill', id: 'r', minDuration: '1s', schedule: [{ from: '06:00', to: '06:01' }] };
  const midnight = Date.parse('2026-11-28T05:59:50Z');

  it('judges only while it is in force, and closes what is open when it no longer is', () => {
    const rule = ruleOf(options, { plan: { ...PLAN, timeZone: 'UTC' }, wallTime: (atMs) => midnight + atMs });
    const outputs = play(rule, 0, 120_000, () => [spill]);
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual([
      'opened@11000 #1',
      'closed(not_in_force)@70000 #1',
    ]);
  });

  it('closes what is open by the clock where no frames come', () => {
    const rule = ruleOf(options, { plan: { ...PLAN, timeZone: 'UTC' }, wallTime: (atMs) => midnight + atMs });
    play(rule, 0, 12_000, () => [spill]);
    expect(rule.expire(69_000)).toEqual([]);
    expect(story(rule.expire(70_000))).toEqual(['closed(not_in_force) #1']);
  });
});
