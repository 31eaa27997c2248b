import { describe, expect, it } from 'vitest';
import type { EventPhase } from '../../domain/index.ts';
import { Incident } from './incident.ts';
import { TIMING_DEFAULTS, type Timing } from '../spec.ts';

const TIMING: Timing = { ...TIMING_DEFAULTS.dirt, minDurationMs: 5000, clearAfterMs: 3000, coolDownMs: 0 };

/** Runs a picture of verdicts, `h` holds, `c` contrary, `.` nothing, one per 200 ms; tells when what happened. */
function run(incident: Incident, verdicts: string, fromMs = 0): [atMs: number, EventPhase, durationMs: number][] {
  return Array.from(verdicts).flatMap((sign, k) => {
    const atMs = fromMs + k * 200;
    const condition = sign === 'h' ? true : sign === 'c' ? false : undefined;
    const transition = condition === undefined ? undefined : incident.observe(atMs, condition);
    return transition === undefined ? [] : [[atMs, transition, incident.durationMs]];
  });
}

describe('Incident', () => {
  it('opens at the first frame at which the condition has lasted T, and not one frame sooner', () => {
    expect(run(new Incident(TIMING), 'h'.repeat(25))).toEqual([]);
    expect(run(new Incident(TIMING), 'h'.repeat(26))).toEqual([[5000, 'opened', 5000]]);
  });

  it('is never opened by one frame, even where T is 0', () => {
    const timing = { ...TIMING, minDurationMs: 0 };
    expect(run(new Incident(timing), 'hccccchccccc')).toEqual([]);
    expect(run(new Incident(timing), 'hh')).toEqual([[200, 'opened', 200]]);
  });

  it('tells again while it lasts, and closes after contrary observations with the time it was last seen', () => {
    const told = run(new Incident({ ...TIMING, updateEveryMs: 2000 }), 'h'.repeat(51) + 'c'.repeat(30));
    expect(told).toEqual([
      [5000, 'opened', 5000],
      [7000, 'updated', 7000],
      [9000, 'updated', 9000],
      [13_200, 'closed', 10_000],
    ]);
  });

  it('opens through flicker when the share is reached, and does not when it is not', () => {
    expect(run(new Incident(TIMING), 'hhc'.repeat(20))[0]).toEqual([5000, 'opened', 5000]);
    expect(run(new Incident(TIMING), 'hc'.repeat(200))).toEqual([]);
    expect(run(new Incident(TIMING), 'hcc'.repeat(200))).toEqual([]);
  });

  it('stays open over a short contrary stretch and is not held open by a lone false sighting', () => {
    const open = 'h'.repeat(26);
    expect(
      run(new Incident(TIMING), open + 'c'.repeat(14) + 'h'.repeat(10) + 'c'.repeat(14) + 'h'.repeat(9)),
    ).toHaveLength(1);
    const flickering = run(new Incident(TIMING), open + 'cccccccch'.repeat(10));
    expect(flickering.map(([, transition]) => transition)).toEqual(['opened', 'closed']);
  });

  it('counts no time over a gap longer than the largest that is continuous', () => {
    const gap = '.'.repeat(10);
    // 3 s held, 2.2 s without a result, then 2 s more.
    expect(run(new Incident(TIMING), 'h'.repeat(16) + gap + 'h'.repeat(10))).toEqual([]);
    expect(run(new Incident(TIMING), 'h'.repeat(16) + gap + 'h'.repeat(11))).toEqual([[7200, 'opened', 5000]]);
  });

  it('counts no contrary time over a stretch without results', () => {
    const told = run(new Incident(TIMING), 'h'.repeat(26) + 'c' + '.'.repeat(40) + 'c'.repeat(10));
    expect(told.map(([, transition]) => transition)).toEqual(['opened']);
  });

  it('forgets a pending condition that is no longer seen', () => {
    expect(run(new Incident(TIMING), 'h'.repeat(20) + 'c'.repeat(15) + 'h'.repeat(20))).toEqual([]);
  });

  it('opens no second incident before the cool-down is over', () => {
    const incident = new Incident({ ...TIMING, minDurationMs: 1000, clearAfterMs: 1000, coolDownMs: 10_000 });
    const told = run(incident, 'h'.repeat(10) + 'c'.repeat(10) + 'h'.repeat(60));
    expect(told.map(([atMs, transition]) => [atMs, transition])).toEqual([
      [1000, 'opened'],
      [3000, 'closed'],
      [13_000, 'opened'],
    ]);
  });

  it('keeps opened, updated, closed in order and never claims more time than has passed, whatever comes', () => {
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
