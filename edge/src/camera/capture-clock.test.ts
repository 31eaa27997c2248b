import { describe, expect, it } from 'vitest';
import { fractionsFrom } from '../../../tests/support/dice.ts';
import { CaptureClock } from './capture-clock.ts';

interface Watched {
  /** Milliseconds by which each frame is held to be taken later than it was, once the clock is settled. */
  readonly errors: readonly number[];
  readonly unknown: number;
}

interface Camera {
  readonly fps: number;
  readonly seconds: number;
  /** What the clock shows, by the time at which a frame was taken. */
  readonly clock: (takenS: number) => number | undefined;
  /** How long a frame waits, in milliseconds; frames never overtake each other. */
  readonly waitMs: (random: () => number, takenS: number) => number;
}

const SETTLED_S = 10;

function watch(seed: number, { fps, seconds, clock, waitMs }: Camera): Watched {
  const [capture, random] = [new CaptureClock(), fractionsFrom(seed)];
  const errors: number[] = [];
  let [arrivedMs, unknown] = [0, 0];
  for (let n = 0; n < fps * seconds; n += 1) {
    const takenS = n / fps + (random() * 0.2) / fps;
    const promptMs = 40_000 + takenS * 1000;
    arrivedMs = Math.max(arrivedMs, promptMs + waitMs(random, takenS));
    const found = capture.at(arrivedMs, clock(takenS));
    expect(found === undefined || found <= arrivedMs).toBe(true);
    if (takenS < SETTLED_S) continue;
    if (found === undefined) unknown += 1;
    else errors.push(found - promptMs);
  }
  return { errors, unknown };
}

/** Most frames wait, some for long, and about one in twenty does not. */
const busy = (random: () => number): number => (random() < 0.05 ? 0 : 900 * random() * random());
/** A queue that grows for ten seconds and is then dropped, again and again. */
const sawtooth = (_random: () => number, takenS: number): number => Math.max(0, (takenS % 10) * 100 - 100);

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const worst = (errors: readonly number[]): number => Math.max(...errors.map(Math.abs));

describe('the moment at which a frame was taken', () => {
  it.each([2, 5, 25])(
    'is known to a fraction of the waiting, whatever waits on the way, at %d frames a second',
    (fps) => {
      for (const seed of seeds) {
        for (const waitMs of [busy, sawtooth, () => 0]) {
          const { errors, unknown } = watch(seed, { fps, seconds: 90, clock: (s) => s + 7, waitMs });
          expect(unknown).toBe(0);
          expect(errors.length).toBeGreaterThan(0);
          // At most what is allowed for drift over the window.
          expect(Math.min(...errors)).toBeGreaterThan(-31);
          // With few frames, of which one in twenty is prompt, there is none for a while at the beginning.
          const sorted = errors.toSorted((a, b) => a - b);
          expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(waitMs === busy && fps < 25 ? 150 : 100);
        }
      }
    },
  );

  it('follows the drift of an ordinary clock, fast or slow, over an hour', () => {
    for (const ppm of [-200, -50, 50, 200]) {
      const clock = (s: number): number => s * (1 + ppm / 1e6);
      expect(worst(watch(ppm + 300, { fps: 5, seconds: 3600, clock, waitMs: busy }).errors)).toBeLessThan(120);
      expect(worst(watch(ppm + 300, { fps: 5, seconds: 3600, clock, waitMs: () => 0 }).errors)).toBeLessThan(15);
    }
  });

  it('is known again within seconds of a jump of the clock, ahead or back, and of a restart of the stream', () => {
    for (const jump of [5, 3600, -5, -3600]) {
      const clock = (s: number): number => 10_000 + s + (s < 40 ? 0 : jump);
      const { errors } = watch(3, { fps: 5, seconds: 80, clock, waitMs: () => 0 });
      expect(worst(errors)).toBeLessThan(1);
    }
    const capture = new CaptureClock();
    for (let n = 0; n < 100; n += 1) capture.at(n * 200, 50 + n / 5);
    capture.restart();
    expect(capture.at(20_000, 0)).toBeUndefined();
  });

  it.each([
    ['is absent', () => undefined],
    ['stands still', () => 3],
    ['runs at half its rate', (s: number) => s / 2],
    ['runs at twice its rate', (s: number) => s * 2],
    ['is a tenth too slow', (s: number) => s * 0.9],
    ['shows full seconds', (s: number) => Math.floor(s)],
    ['begins again every 7 s', (s: number) => s % 7],
  ])('is never taken from a clock that %s: the arrival stays', (_name, clock) => {
    const { errors } = watch(5, { fps: 5, seconds: 60, clock, waitMs: () => 0 });
    // What is lost until such a clock is found out.
    expect(errors.length === 0 ? 0 : worst(errors)).toBeLessThan(1_200);
  });
});
