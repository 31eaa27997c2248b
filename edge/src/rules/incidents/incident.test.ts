import { describe, expect, it } from 'vitest';
import type { EventPhase } from '../../domain/index.ts';
import { Incident } from './incident.ts';
import { type Timing, usualTiming } from '../timing.ts';

const TIMING: Timing = {
  ...usualTiming(200),
  minDurationMs: 5000,
  clearAfterMs: 3000,
  updateEveryMs: 10_000,
  coolDownMs: 0,
  maxUnobservedMs: 60_000,
};

/** Runs observations, one per 200 ms: `t` true, `f` false, `.` none. Returns the transitions with their times. */
function run(incident: Incident, observations: string, fromMs = 0): [atMs: number, EventPhase, durationMs: number][] {
  return Array.from(observations).flatMap((sign, k) => {
    const atMs = fromMs + k * 200;
    const condition = sign === 't' ? true : sign === 'f' ? false : undefined;
    const transition = condition === undefined ? undefined : incident.observe(atMs, condition);
    return transition === undefined ? [] : [[atMs, transition, incident.durationMs]];
  });
}

describe('Incident', () => {
  it('opens at the first frame at which the condition has held for the minimum duration, and not one frame sooner', () => {
    expect(run(new Incident(TIMING), 't'.repeat(25))).toEqual([]);
    expect(run(new Incident(TIMING), 't'.repeat(26))).toEqual([[5000, 'opened', 5000]]);
  });

  it('is never opened by one frame, even where the minimum duration is 0', () => {
    const timing = { ...TIMING, minDurationMs: 0 };
    expect(run(new Incident(timing), 'tffffftfffff')).toEqual([]);
    expect(run(new Incident(timing), 'tt')).toEqual([[200, 'opened', 200]]);
  });

  it('is updated while it is open, and closes after false observations with the duration up to the last true one', () => {
    const transitions = run(new Incident({ ...TIMING, updateEveryMs: 2000 }), 't'.repeat(51) + 'f'.repeat(30));
    expect(transitions).toEqual([
      [5000, 'opened', 5000],
      [7000, 'updated', 7000],
      [9000, 'updated', 9000],
      [13_200, 'closed', 10_000],
    ]);
  });

  it('opens although the condition flickers when the fraction is reached, and does not open below it', () => {
    expect(run(new Incident(TIMING), 'ttf'.repeat(20))[0]).toEqual([5000, 'opened', 5000]);
    expect(run(new Incident(TIMING), 'tf'.repeat(200))).toEqual([]);
    expect(run(new Incident(TIMING), 'tff'.repeat(200))).toEqual([]);
  });

  it('stays open over a short false stretch, and is not kept open by single true observations', () => {
    const open = 't'.repeat(26);
    expect(
      run(new Incident(TIMING), open + 'f'.repeat(14) + 't'.repeat(10) + 'f'.repeat(14) + 't'.repeat(9)),
    ).toHaveLength(1);
    const flickering = run(new Incident(TIMING), open + 'fffffffft'.repeat(10));
    expect(flickering.map(([, transition]) => transition)).toEqual(['opened', 'closed']);
  });

  it('counts no time over a gap that is too long', () => {
    const gap = '.'.repeat(10);
    // 3 s held, 2.2 s without a result, then 2 s more.
    expect(run(new Incident(TIMING), 't'.repeat(16) + gap + 't'.repeat(10))).toEqual([]);
    expect(run(new Incident(TIMING), 't'.repeat(16) + gap + 't'.repeat(11))).toEqual([[7200, 'opened', 5000]]);
  });

  it('counts no false time over a stretch without results', () => {
    const transitions = run(new Incident(TIMING), 't'.repeat(26) + 'f' + '.'.repeat(40) + 'f'.repeat(10));
    expect(transitions.map(([, transition]) => transition)).toEqual(['opened']);
  });

  it('counts no false time while the subject is hidden', () => {
    const incident = new Incident(TIMING);
    run(incident, 't'.repeat(26));
    for (let k = 26; k < 200; k += 1) {
      if (k % 2 === 0) incident.hide();
      else expect(incident.observe(k * 200, false)).toBeUndefined();
    }
    expect(incident.unobservedMs(200 * 200)).toBe(200);
    expect(run(incident, 'f'.repeat(20), 200 * 200).map(([, transition]) => transition)).toEqual(['closed']);
  });

  it('forgets a pending condition that is no longer true', () => {
    expect(run(new Incident(TIMING), 't'.repeat(20) + 'f'.repeat(15) + 't'.repeat(20))).toEqual([]);
  });

  it('opens no second incident before the cool-down is over', () => {
    const incident = new Incident({ ...TIMING, minDurationMs: 1000, clearAfterMs: 1000, coolDownMs: 10_000 });
    const transitions = run(incident, 't'.repeat(10) + 'f'.repeat(10) + 't'.repeat(60));
    expect(transitions.map(([atMs, transition]) => [atMs, transition])).toEqual([
      [1000, 'opened'],
      [3000, 'closed'],
      [13_000, 'opened'],
    ]);
  });

  it('keeps opened, updated and closed in order and never reports more time than has passed, whatever is observed', () => {
    let state = 5;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let opened = 0;
    const broken: object[] = [];
    for (let round = 0; round < 200; round += 1) {
      const incident = new Incident({
        ...TIMING,
        minDurationMs: random() * 3000,
        minFraction: random(),
        clearAfterMs: random() * 3000,
        updateEveryMs: random() * 3000,
        maxGapMs: 100 + random() * 2000,
        coolDownMs: random() * 2000,
      });
      const bias = random();
      let beganMs: number | undefined;
      let open = false;
      let atMs = 0;
      for (let step = 0; step < 300; step += 1) {
        atMs += random() < 0.05 ? random() * 5000 : random() * 300;
        const condition = random() < bias;
        if (condition && !open) beganMs ??= atMs;
        const shut = random() < 0.01;
        const transition = shut
          ? incident.forceClose(atMs)
            ? 'closed'
            : undefined
          : incident.observe(atMs, condition);
        if (transition === undefined) continue;
        const honest = incident.durationMs <= atMs - beganMs! + 1e-6;
        if ((transition === 'opened') === open || !honest)
          broken.push({ round, atMs, transition, durationMs: incident.durationMs });
        open = transition !== 'closed';
        opened += transition === 'opened' ? 1 : 0;
        if (!open) beganMs = undefined;
      }
    }
    expect(broken).toEqual([]);
    expect(opened).toBeGreaterThan(100);
  });
});
