import { describe, expect, it } from 'vitest';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';
import type { Track } from '../../domain/index.ts';
import { RateWindow } from './rate-window.ts';

/** Products that cross the middle of the picture one every `everyMs`, as a row at 200 pixels a second. */
const row =
  (everyMs: number) =>
  (atMs: number): Track[] => {
    const speed = 0.2;
    return Array.from({ length: Math.ceil(640 / (speed * everyMs)) + 2 }, (_, k) => {
      const number = Math.floor(atMs / everyMs) - k;
      const x = (atMs - number * everyMs) * speed;
      return { number, x };
    })
      .filter(({ number, x }) => number >= 0 && x > 20 && x < 620)
      .map(({ number, x }) => track(number + 1, 'product', [x - 15, 100, x + 15, 160]));
  };

const rule = (more: object) =>
  ruleOf({ type: 'rate', id: 'r', window: '20s', minDuration: '5s', clearAfter: '5s', ...more });

describe('rate', () => {
  it('opens when too few products pass for the minimum duration, and closes when enough do', () => {
    const rated = rule({ minRate: 30 });
    expect(play(rated, 0, 40_000, row(1500))).toEqual([]);
    const slow = play(rated, 40_200, 80_000, row(4000));
    expect(slow[0]).toMatchObject({ phase: 'opened', kind: 'production', details: { condition: 'below', limit: 30 } });
    const normal = play(rated, 80_200, 130_000, row(1500));
    expect(story(normal).at(-1)).toMatch(/^closed\(cleared\)/);
  });

  it('opens when too many products pass', () => {
    const outputs = play(rule({ maxRate: 20 }), 0, 40_000, row(1500));
    expect(outputs[0]?.details).toMatchObject({ condition: 'above', limit: 20 });
  });

  it('judges nothing before the window was inspected, and nothing in a time without results', () => {
    const rated = rule({ minRate: 30 });
    expect(play(rated, 0, 15_000, () => [])).toEqual([]);
    expect(play(rated, 15_200, 60_000, () => undefined)).toEqual([]);
  });

  it('opens nothing without limits', () => {
    expect(play(rule({}), 0, 60_000, () => [])).toEqual([]);
  });
});

describe('RateWindow', () => {
  it('takes the rate over the inspected time alone', () => {
    const window = new RateWindow(10_000, 2000);
    for (let atMs = 0; atMs <= 9_000; atMs += 500) window.add(atMs, atMs % 1000 === 0 ? 1 : 0);
    expect(window.perMinute).toBeCloseTo((10 * 60) / 9, 5);
    window.add(14_000, 0);
    expect(window.perMinute).toBeUndefined();
  });
});
