import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { MediaClock } from './media-clock.ts';

type Step = readonly [arrivedMs: number, timeS: number | undefined];

/** A right clock at 5 frames a second for 10 s, so that it is believed. */
const believed = (clock: MediaClock, seconds = 10): void => {
  for (let n = 0; n <= seconds * 5; n += 1) clock.at(n * 200, n / 5);
};

const distances = (clock: MediaClock, steps: readonly Step[]): number[] => {
  const times = steps.map(([arrivedMs, timeS]) => clock.at(arrivedMs, timeS));
  return times.slice(1).map((time, n) => Math.round(time - times[n]!));
};

describe("the camera's clock", () => {
  it('keeps the distance at which frames were taken, however they arrive, once it is believed', () => {
    const clock = new MediaClock();
    const early: readonly Step[] = [...[[0, 0] as const, [150, 0.2] as const, [450, 0.4] as const]];
    expect(distances(clock, early)).toEqual([150, 300]);
    for (let n = 3; n <= 50; n += 1) clock.at(n * 200, n / 5);
    const rush: readonly Step[] = [
      [10_600, 10.2],
      [10_603, 10.4],
      [10_606, 10.6],
      [10_800, 10.8],
    ];
    expect(distances(clock, rush)).toEqual([200, 200, 200]);
  });

  it('takes the time of arrival where the stream has no time, or an impossible one', () => {
    const clock = new MediaClock();
    believed(clock);
    const steps: readonly Step[] = [
      [10_200, 10.2],
      [10_400, undefined],
      [10_600, 10.6],
      [10_800, 3],
      [11_000, 900],
      [11_200, 900.2],
    ];
    expect(distances(clock, steps)).toEqual([200, 200, 200, 200, 200]);
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

const CLOCKS: Readonly<Record<string, (takenS: number, n: number) => number | undefined>> = {
  right: (s) => s + 40,
  absent: () => undefined,
  constant: () => 3,
  'half as fast': (s) => s / 2,
  'a tenth too slow': (s) => s * 0.9,
  'two percent too slow': (s) => s * 0.98,
  'two percent too fast': (s) => s * 1.02,
  'a fifth too fast': (s) => s * 1.2,
  'twice as fast': (s) => s * 2,
  'a thousandth': (s) => s / 1000,
  '90 times as fast': (s) => s * 90,
  'in full seconds': (s) => Math.floor(s),
  backwards: (s) => 1000 - s,
  'that jumps ahead by an hour every 7 s': (s) => s + 3600 * Math.floor(s / 7),
  'that begins again every 7 s': (s) => s % 7,
  'that wraps at 32 bits of 90 kHz': (s) => ((2 ** 32 - 20 * 90_000 + s * 90_000) % 2 ** 32) / 90_000,
  random: (s, n) => ((n * 7919) % 1000) * s,
  'right for a minute and then half as fast': (s) => (s < 60 ? s : 30 + s / 2),
};

/** Frames of a camera with this clock for two minutes, each up to 40 ms late; see what is made of them. */
function watch(
  fps: number,
  timeOf: (takenS: number, n: number) => number | undefined,
): { clock: MediaClock; media: number[]; arrived: number[]; behind: number[] } {
  const clock = new MediaClock();
  const roll = dice(fps);
  const seen = { clock, media: [] as number[], arrived: [] as number[], behind: [] as number[] };
  for (let n = 0; n < fps * 120; n += 1) {
    const arrivedMs = 5_000 + (n * 1000) / fps + roll(40);
    seen.arrived.push(arrivedMs);
    seen.media.push(clock.at(arrivedMs, timeOf(n / fps, n)));
    seen.behind.push(clock.behindMs ?? 0);
  }
  return seen;
}

describe.each(Object.entries(CLOCKS))('with a clock that is %s', (name, timeOf) => {
  it.each([0.5, 2, 5, 10, 30])(
    'motion has the speed of the real world and nothing is late at %d frames a second',
    (fps) => {
      const { media, arrived, behind } = watch(fps, timeOf);
      // A clock whose rate changes is late until that is noticed, which takes two windows.
      expect(Math.max(...behind)).toBeLessThan(name.includes('minute') ? 2_100 : 300);
      expect(media.every((time, n) => n === 0 || time > media[n - 1]!)).toBe(true);
      const wide = Math.ceil(fps * 10);
      for (let n = wide; n < media.length; n += 1) {
        const rate = (media[n]! - media[n - wide]!) / (arrived[n]! - arrived[n - wide]!);
        // Until a change of the rate is noticed it scales motion for a few seconds.
        expect(Math.abs(rate - 1)).toBeLessThan(name.includes('minute') ? 0.35 : 0.03);
      }
    },
  );
});

describe('the lag of a camera whose clock is believed', () => {
  it('is how much later the newest frame came than the promptest', () => {
    const clock = new MediaClock();
    believed(clock);
    const behind = (arrivedMs: number, timeS: number): number => {
      clock.at(arrivedMs, timeS);
      return Math.round(clock.behindMs ?? -1);
    };
    expect([behind(10_250, 10.2), behind(10_400, 10.4)]).toEqual([50, 0]);
    expect([behind(14_000, 10.6), behind(14_005, 10.8)]).toEqual([3400, 3205]);
  });

  it('stays what it is when frames go on waiting, and ends when they have caught up', () => {
    const clock = new MediaClock();
    believed(clock, 20);
    for (let n = 101; n < 700; n += 1) clock.at(n * 200 + 3_000, n / 5);
    expect(clock.behindMs).toBeGreaterThan(2_700);
    expect(clock.behindMs).toBeLessThan(3_001);
    for (let n = 700; n < 715; n += 1) clock.at(142_800 + n, n / 5);
    for (let n = 715; n < 730; n += 1) clock.at(n * 200, n / 5);
    expect(clock.behindMs).toBeLessThan(1);
  });

  it('does not grow with a clock that drifts by 100 parts in a million, all day', () => {
    const slow = new MediaClock();
    for (let n = 0; n <= 86_400; n += 1) slow.at(n * 1000, n * (1 - 1e-4));
    expect(slow.behindMs).toBeLessThan(1);
  });

  it('is not known before the clock is believed, nor after it was found wrong', () => {
    const clock = new MediaClock();
    clock.at(0, 0);
    expect(clock.behindMs).toBeUndefined();
    believed(clock);
    expect(clock.behindMs).toBe(0);
    for (let n = 51; n < 130; n += 1) clock.at(n * 200, 5 + n / 10);
    expect([clock.agrees, clock.behindMs]).toEqual([false, undefined]);
  });
});
