import { describe, expect, it } from 'vitest';
import { MediaClock } from './media-clock.ts';

const clocked = (steps: readonly (readonly [arrivedMs: number, timeS: number | undefined])[]): number[] => {
  const clock = new MediaClock();
  return steps.map(([arrivedMs, timeS]) => clock.at(arrivedMs, timeS));
};

describe("the camera's clock", () => {
  it('keeps the distance at which frames were taken, however they arrive', () => {
    const burst = [[5000, 0.1] as const, [5003, 0.3] as const, [5006, 0.5] as const, [5600, 0.7] as const];
    expect(clocked(burst)).toEqual([5000, 5200, 5400, 5600].map((ms) => expect.closeTo(ms, 6) as number));
  });

  it('takes the time of arrival where the stream has no time, or an impossible one', () => {
    const steps = [[0, 1] as const, [200, undefined] as const, [400, 9] as const, [600, 9] as const];
    expect(clocked(steps)).toEqual([0, 200, 400, 600]);
    // Back, and further ahead than any pause.
    const jumps = [[0, 50] as const, [200, 3] as const, [400, 900] as const, [600, 900.2] as const];
    expect(clocked(jumps)).toEqual([0, 200, 400, expect.closeTo(600, 6) as number]);
  });

  it('measures the lag of the newest frame behind the promptest, and allows for clocks that drift apart', () => {
    const clock = new MediaClock();
    const behind = (arrivedMs: number, timeS: number): number => {
      clock.at(arrivedMs, timeS);
      return Math.round(clock.behindMs);
    };
    expect([behind(1000, 0), behind(1200, 0.2), behind(1450, 0.4)]).toEqual([0, 0, 50]);
    // What waited in a rush at the start is forgiven: the promptest is what counts.
    expect([behind(1460, 0.6), behind(1610, 0.8)]).toEqual([0, 0]);
    expect([behind(5000, 1), behind(5210, 1.2), behind(5410, 1.4)].map((ms) => Math.round(ms / 100))).toEqual([
      32, 32, 32,
    ]);
    clock.restart();
    expect(behind(9000, 0)).toBe(0);
    // A camera whose clock runs slow by 100 parts in a million is not behind after a day.
    const slow = new MediaClock();
    for (let n = 0; n <= 86_400; n += 1) slow.at(n * 1000, (n * 1000 * (1 - 1e-4)) / 1000);
    expect(slow.behindMs).toBeLessThan(1);
  });

  it('rises over a restart of the stream, and over frames of one instant', () => {
    const clock = new MediaClock();
    clock.at(0, 100);
    clock.restart();
    expect(clock.at(3000, 0)).toBe(3000);
    expect(clock.at(3000, 0)).toBe(3001);
    expect(clock.at(3200, 0.2)).toBeCloseTo(3201, 6);
  });
});
