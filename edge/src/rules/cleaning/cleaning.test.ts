import { describe, expect, it } from 'vitest';
import type { RuleOutput, Track } from '../../domain/index.ts';
import { withConfirmation } from '../index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LEFT = {
  id: 'aisle',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;
const PLAN = { timeZone: 'Europe/Berlin', shifts: [{ name: 'Early', startMinute: 360, endMinute: 840 }] };
const START = Date.parse('2026-11-28T05:00Z');

/** What is kept between two lives of the process. */
function memory(): { get(): unknown; set(value: unknown): void; value: unknown } {
  const kept = {
    value: undefined as unknown,
    get: () => kept.value,
    set: (value: unknown) => {
      kept.value = JSON.parse(JSON.stringify(value));
    },
  };
  return kept;
}
const cleaner = (x = 100): Track => track(1, 'person', [x, 150, x + 60, 310]);
const rule = (options: object = {}, place: object = {}) =>
  ruleOf({ type: 'cleaning', id: 'r', zone: 'aisle', ...options }, { zone: LEFT, plan: PLAN, ...place });
const changes = (outputs: readonly RuleOutput[]) => story(outputs.filter(({ phase }) => phase !== 'updated'));
/** Lets time pass without frames, as for a live camera. */
const wait = (one: ReturnType<typeof rule>, fromMs: number, toMs: number, stepMs = MINUTE): RuleOutput[] => {
  const outputs: RuleOutput[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += stepMs)
    outputs.push(...one.expire(atMs).map((output) => ({ ...output, atMs })));
  return outputs;
};

describe('the cleaning rule', () => {
  it('records a cleaning that is observed for long enough, and none that is shorter', () => {
    expect(play(rule(), 0, 4 * MINUTE, (atMs) => (atMs < 100_000 ? [cleaner()] : []))).toEqual([]);
    const outputs = play(rule(), 0, 6 * MINUTE, (atMs) => (atMs < 4 * MINUTE ? [cleaner()] : [cleaner(500)]));
    expect(changes(outputs)).toEqual(['opened@120000 #1', 'closed(cleared)@270000 #1']);
    expect(outputs[0]).toMatchObject({
      severity: 'info',
      kind: 'sanitation',
      details: { state: 'cleaned', cleanedBy: 'observed' },
    });
  });

  it('reports a cleaning that is overdue, with or without results, until one is observed', () => {
    const overdue = rule({ interval: '1h' });
    play(overdue, 0, 1000, () => []);
    const outputs = wait(overdue, 2000, 2 * HOUR);
    expect(outputs[0]).toMatchObject({
      phase: 'opened',
      severity: 'warning',
      details: { state: 'overdue', reason: 'interval', limitHours: 1, cleanedBy: 'unknown' },
    });
    expect(outputs.filter(({ phase }) => phase === 'closed')).toEqual([]);
    const cleaned = play(overdue, 2 * HOUR + 1000, 2 * HOUR + 4 * MINUTE, () => [cleaner()]);
    expect(changes(cleaned)).toEqual(['opened@7321000 #2', 'closed(cleared)@7321000 #1']);
    expect(cleaned.at(-1)?.details).toMatchObject({ state: 'cleaned', cleanedBy: 'observed', hoursSince: 0 });
  });

  it('does not take frames without a result for a cleaning, nor people outside of the zone', () => {
    const overdue = rule({ interval: '5m' });
    expect(changes(play(overdue, 0, 8 * MINUTE, (atMs) => (atMs < 4 * MINUTE ? undefined : [cleaner(500)])))).toEqual([
      'opened@300000 #1',
    ]);
  });

  it('is closed by the confirmation of a person, whose name is in the event', () => {
    const kept = memory();
    const overdue = rule({ interval: '1h' }, { memory: kept, wallTime: (atMs: number) => START + atMs });
    wait(overdue, 0, 61 * MINUTE);
    kept.set(withConfirmation(kept.get(), 'M. Fischer', START + 61 * MINUTE));
    const outputs = wait(overdue, 61 * MINUTE + 500, 62 * MINUTE);
    expect(changes(outputs)).toEqual([`closed(cleared)@${61 * MINUTE + 500} #1`]);
    expect(outputs[0]?.details).toMatchObject({ state: 'cleaned', cleanedBy: 'M. Fischer' });
    expect(changes(wait(overdue, 63 * MINUTE, 120 * MINUTE))).toEqual([]);
    expect(changes(wait(overdue, 121 * MINUTE, 123 * MINUTE))).toHaveLength(1);
  });

  it('knows after a restart when the last cleaning was, the time in which it did not run included', () => {
    const kept = memory();
    const wallTime = (offsetMs: number) => (atMs: number) => START + offsetMs + atMs;
    const first = rule({ interval: '8h' }, { memory: kept, wallTime: wallTime(0) });
    play(first, 0, 3 * MINUTE, () => [cleaner()]);
    first.close(3 * MINUTE, 'restart');
    // Five hours later the process starts again, and its clock with it.
    const second = rule({ interval: '8h' }, { memory: kept, wallTime: wallTime(5 * HOUR) });
    expect(changes(wait(second, 0, 3 * HOUR))).toEqual([]);
    const outputs = wait(second, 3 * HOUR, 3 * HOUR + 5 * MINUTE);
    expect(outputs[0]).toMatchObject({ phase: 'opened', details: { cleanedBy: 'observed', hoursSince: 8 } });
  });

  it('counts what has passed on its own clock where the wall clock is not trusted', () => {
    const kept = memory();
    const first = rule({ interval: '1h' }, { memory: kept, wallTime: () => undefined });
    wait(first, 0, 40 * MINUTE);
    const second = rule({ interval: '1h' }, { memory: kept, wallTime: () => undefined });
    expect(changes(wait(second, 0, 15 * MINUTE))).toEqual([]);
    expect(changes(wait(second, 16 * MINUTE, 31 * MINUTE))).toHaveLength(1);
  });

  it('is overdue after a time of the day by the clock of the line, unless it was cleaned shortly before', () => {
    // The line is an hour ahead of UTC: 10:00 and the half hour after it end at 09:30 UTC.
    const at = (cleanedAt: string | undefined) => {
      const kept = memory();
      if (cleanedAt !== undefined)
        kept.set({ elapsedMs: 0, cleanedBy: 'observed', cleanedAtMs: Date.parse(cleanedAt) });
      else kept.set({ elapsedMs: 0, cleanedBy: 'unknown', cleanedAtMs: START - HOUR });
      const one = rule({ dueAt: ['10:00'] }, { memory: kept, wallTime: (atMs: number) => START + atMs });
      return changes(wait(one, 3 * HOUR, 6 * HOUR));
    };
    expect(at(undefined)).toEqual([`opened@${4.5 * HOUR} #1`]);
    expect(at('2026-11-28T07:59Z')).toEqual([`opened@${4.5 * HOUR} #1`]);
    expect(at('2026-11-28T08:01Z')).toEqual([]);
  });

  it('is overdue after a time of the day only on the days that are named', () => {
    // The 28th of November 2026 is a Saturday; the last Friday ended at 23:00 UTC.
    const at = (dueAt: object, cleanedAt: string) => {
      const kept = memory();
      kept.set({ elapsedMs: 0, cleanedBy: 'observed', cleanedAtMs: Date.parse(cleanedAt) });
      const one = rule({ dueAt: [dueAt] }, { memory: kept, wallTime: (atMs: number) => START + atMs });
      return changes(wait(one, 3 * HOUR, 6 * HOUR));
    };
    const dayBefore = '2026-11-27T18:00Z';
    expect(at({ at: '10:00', days: ['mon', 'sat'] }, dayBefore)).toEqual([`opened@${4.5 * HOUR} #1`]);
    expect(at({ at: '10:00', days: ['mon', 'fri'] }, dayBefore)).toEqual([]);
    // Sunday's time a week ago has passed without a cleaning since.
    expect(at({ at: '10:00', days: ['sun'] }, '2026-11-20T18:00Z')).toEqual([`opened@${3 * HOUR} #1`]);
    expect(at({ at: '10:00', days: ['sun'] }, '2026-11-22T08:30Z')).toEqual([]);
  });

  it('reports nothing outside of its shifts, and the time goes on', () => {
    const one = rule({ interval: '3h', shifts: ['Early'] }, { wallTime: (atMs: number) => START + 6 * HOUR + atMs });
    // The shift ends at 14:00 by the clock of the line, two hours after this start.
    expect(changes(wait(one, 0, 4 * HOUR))).toEqual([]);
    const inShift = rule(
      { interval: '1h', shifts: ['Early'] },
      { wallTime: (atMs: number) => START + 6 * HOUR + atMs },
    );
    expect(changes(wait(inShift, 0, 4 * HOUR))).toEqual([`opened@${HOUR} #1`, `closed(not_in_force)@${2 * HOUR} #1`]);
  });

  it('starts without what was kept where that cannot be read', () => {
    const kept = memory();
    kept.set({ elapsedMs: 'long' });
    expect(changes(wait(rule({ interval: '1h' }, { memory: kept }), 0, 59 * MINUTE))).toEqual([]);
  });

  it('closes what is overdue when the service ends', () => {
    const overdue = rule({ interval: '1h' });
    wait(overdue, 0, 2 * HOUR);
    expect(story(overdue.close(2 * HOUR, 'restart'))).toEqual(['closed(restart) #1']);
  });
});
