import { describe, expect, it } from 'vitest';
import type { Box, Zone } from '../domain/index.ts';
import { Hysteresis } from './hysteresis.ts';

const PICTURE = { width: 1000, height: 500 };
const LEFT: Zone = {
  id: 'left',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
};
const BOX: Box = [0, 0, 100, 100];
const hysteresis = new Hysteresis({ zone: LEFT, zoneMargin: 0.25, minScore: 0.6, clearScore: 0.42 });

describe('the thresholds of a rule', () => {
  it('require a point inside the zone to open, and one that is at most the margin outside to stay open', () => {
    const at = (x: number, isOpen: boolean): boolean => hysteresis.isInZone([x, 0.5], BOX, PICTURE, isOpen);
    expect([at(0.49, false), at(0.51, false), at(0.51, true), at(0.524, true), at(0.526, true)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('measure the margin in pixels, also beside a corner of the zone', () => {
    const corner: Zone = {
      id: 'c',
      polygon: [
        [0.1, 0.1],
        [0.2, 0.1],
        [0.2, 0.2],
        [0.1, 0.2],
      ],
    };
    const near = new Hysteresis({ zone: corner, zoneMargin: 0.25, minScore: 0, clearScore: 0 });
    // 15 pixels right and 15 below the corner: 21 pixels away.
    expect(near.isInZone([0.215, 0.23], BOX, PICTURE, true)).toBe(true);
    expect(near.isInZone([0.22, 0.24], BOX, PICTURE, true)).toBe(false);
  });

  it('require less of a fraction to stay open, but never less than half', () => {
    const holds = (fraction: number, required: number, isOpen: boolean): boolean =>
      hysteresis.hasFraction(fraction, required, isOpen);
    expect([holds(0.5, 0.5, false), holds(0.49, 0.5, false), holds(0.26, 0.5, true), holds(0.24, 0.5, true)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([holds(0.06, 0.1, true), holds(0.04, 0.1, true)]).toEqual([true, false]);
  });

  it('require a higher score to open than to stay open', () => {
    expect([hysteresis.hasScore(0.59, false), hysteresis.hasScore(0.6, false)]).toEqual([false, true]);
    expect([hysteresis.hasScore(0.43, true), hysteresis.hasScore(0.41, true)]).toEqual([true, false]);
  });
});
