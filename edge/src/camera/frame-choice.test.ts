import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { expressionOf } from '../../../tests/support/ffmpeg-expression.ts';
import { choiceExpression } from './frame-choice.ts';

interface Frame {
  /** Seconds of arrival, from any zero above 0. */
  readonly arrivalS: number;
  /** The time stamp; not a number where there is none. */
  readonly t: number;
}

/** The frames that FFmpeg would let through. */
function chosen(fps: number, frames: readonly Frame[]): readonly Frame[] {
  const select = expressionOf(choiceExpression(fps, 'arrival'));
  const registers: number[] = [];
  return frames.filter(({ arrivalS, t }) => select({ names: { t, arrival: arrivalS }, registers }) !== 0);
}

const START_S = 1_800_000_000;

/** Frames taken evenly at `rate` for `seconds`, that each arrive up to `jitterS` late, in order. */
function camera(rate: number, seconds: number, clock: (takenS: number, n: number) => number, jitterS = 0): Frame[] {
  const roll = dice(rate * 100 + seconds);
  let last = 0;
  return Array.from({ length: rate * seconds }, (_, n) => {
    const takenS = n / rate;
    last = Math.max(last + 1e-6, takenS + (jitterS * roll(1000)) / 1000);
    return { arrivalS: START_S + last, t: clock(takenS, n) };
  });
}

const CLOCKS: Readonly<Record<string, (rate: number) => (takenS: number, n: number) => number>> = {
  right: () => (s) => s + 7,
  absent: () => () => Number.NaN,
  constant: () => () => 3,
  'half as fast': () => (s) => s / 2,
  'twice as fast': () => (s) => s * 2,
  'a thousandth': () => (s) => s / 1000,
  '90 times as fast': () => (s) => s * 90,
  'invented at 25 a second': () => (_, n) => n / 25,
  'in full seconds': () => (s) => Math.floor(s),
  backwards: () => (s) => 1000 - s,
  'that jumps ahead by an hour every 3 s': () => (s) => s + 3600 * Math.floor(s / 3),
  'that begins again every 3 s': () => (s) => s % 3,
  'that wraps at 32 bits of 90 kHz': () => (s) => ((2 ** 32 - 4 * 90_000 + s * 90_000) % 2 ** 32) / 90_000,
  random: (rate) => (s, n) => ((n * 7919 + rate) % 1000) * s,
};

describe('the choice of frames', () => {
  const rates = [2, 5, 10, 30].flatMap((rate) => [0.2, 1, 2, 5, 7, 10, 25].map((fps) => [rate, fps] as const));

  it.each(Object.keys(CLOCKS))('is as many a second as were asked for with a camera whose clock is %s', (name) => {
    for (const [rate, fps] of rates) {
      for (const jitterS of [0, 0.2 / rate, 0.04]) {
        const seconds = 60;
        const frames = camera(rate, seconds, CLOCKS[name]!(rate), jitterS);
        const expected = seconds * Math.min(rate, fps);
        const taken = chosen(fps, frames);
        // A slow clock may cost half a second once; the first frame comes on top.
        const least = Math.floor(0.98 * (expected - 0.5 * fps)) - 1;
        expect([name, rate, fps, jitterS, taken.length >= least, taken.length <= expected + 2]).toEqual([
          ...[name, rate, fps, jitterS, true, true],
        ]);
        // No second has many more than its number.
        const most = taken.filter(
          (frame, n) => (taken[n - 1 - Math.ceil(1.5 * fps + 1)]?.arrivalS ?? 0) > frame.arrivalS - 1,
        );
        expect([name, rate, fps, jitterS, most.length]).toEqual([name, rate, fps, jitterS, 0]);
      }
    }
  });

  it('is even by the time stamps when frames of a right clock arrive in bursts', () => {
    // Five frames of 25 a second arrive together, every 200 ms.
    const frames = camera(25, 20, (s) => s).map(({ t }, n) => ({
      arrivalS: START_S + Math.floor(n / 5) * 0.2 + 0.2 + (n % 5) * 1e-4,
      t,
    }));
    const taken = chosen(10, frames).slice(5);
    expect(taken.length).toBeGreaterThan(190);
    const steps = taken.slice(1).map(({ t }, n) => Math.round((t - taken[n]!.t) * 1000));
    expect(new Set(steps)).toEqual(new Set([80, 120]));
  });

  it('takes one frame of a rush at the start, and half a second of the rush that follows a stall', () => {
    const rush = (from: number, seconds: number): Frame[] =>
      Array.from({ length: seconds * 25 }, (_, n) => ({ arrivalS: START_S + from + n * 1e-4, t: n / 25 }));
    expect(chosen(5, rush(0, 3))).toHaveLength(1);
    const before = camera(25, 10, (s) => s);
    const after = rush(13, 3).map(({ arrivalS, t }) => ({ arrivalS, t: t + 10 }));
    const taken = chosen(5, [...before, ...after]).filter(({ t }) => t >= 10);
    expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(taken.length).toBeLessThanOrEqual(5);
  });

  it('goes on at its rate when the wall clock is set by a minute or to 1970', () => {
    for (const stepS of [60, -60, -START_S + 100]) {
      const frames = camera(25, 20, (s) => s).map(({ arrivalS, t }) => ({
        arrivalS: arrivalS + (t >= 10 ? stepS : 0),
        t,
      }));
      const taken = chosen(5, frames);
      expect(taken.length).toBeGreaterThanOrEqual(99);
      expect(taken.length).toBeLessThanOrEqual(103);
    }
  });
});
