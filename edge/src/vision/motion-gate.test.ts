import { describe, expect, it } from 'vitest';
import { LumaBlocks } from './luma-blocks.ts';
import { AFTER_CHANGE_MS, MotionGate } from './motion-gate.ts';
import { fractionsFrom } from '../../../tests/support/dice.ts';

const SIZE = { width: 96, height: 64 };
const LIMITS = { change: 6, floorMs: 2_000 };
const EVERY_MS = 200;

/** A packed grey picture with a square of another level. */
function picture(level: number, square?: { x: number; y: number; side: number; level: number }) {
  const pixels = new Uint8Array(SIZE.width * SIZE.height * 3).fill(level);
  if (square !== undefined) {
    for (let y = square.y; y < Math.min(SIZE.height, square.y + square.side); y += 1) {
      const at = 3 * (y * SIZE.width + square.x);
      pixels.fill(square.level, at, at + 3 * Math.min(square.side, SIZE.width - square.x));
    }
  }
  return { pixels, size: SIZE };
}

describe('the frames that a motion gate lets through', () => {
  it('are one in the floor time of any static scene, whatever it shows', () => {
    const random = fractionsFrom(7);
    for (let scene = 0; scene < 40; scene += 1) {
      const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, () => Math.floor(random() * 256));
      const means = new LumaBlocks([]).of({ pixels, size: SIZE });
      const gate = new MotionGate(LIMITS);
      const times = Array.from({ length: 100 }, (_, n) => n * EVERY_MS).filter((atMs) => gate.due(means, atMs));
      const gaps = times.slice(1).map((atMs, n) => atMs - times[n]!);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(LIMITS.floorMs);
      expect(times.length).toBeLessThanOrEqual(1 + AFTER_CHANGE_MS / EVERY_MS + 20_000 / LIMITS.floorMs);
    }
  });

  it('include every frame in which a block of any place changed by the limit or more, at once', () => {
    const random = fractionsFrom(11);
    const blocks = new LumaBlocks([]);
    for (let n = 0; n < 300; n += 1) {
      const gate = new MotionGate(LIMITS);
      const level = Math.floor(random() * 200);
      const still = blocks.of(picture(level));
      for (let atMs = 0; atMs <= 1_600; atMs += EVERY_MS) gate.due(still, atMs);
      expect(gate.due(still, 1_800)).toBe(false);
      // Twice the side of a block, so that it covers one wherever it lies.
      const square = {
        ...{ x: Math.floor(random() * (SIZE.width - 16)), y: Math.floor(random() * (SIZE.height - 16)), side: 16 },
        level: level + LIMITS.change + Math.floor(random() * 40),
      };
      expect(gate.due(blocks.of(picture(level, square)), 1_900)).toBe(true);
    }
  });

  it('include a change that is too slow to be seen from one frame to the next', () => {
    const gate = new MotionGate({ change: 6, floorMs: 1e9 });
    const blocks = new LumaBlocks([]);
    let inspected = 0;
    let last = 100;
    for (let n = 0; n < 100; n += 1) {
      const level = 100 + n;
      if (!gate.due(blocks.of(picture(level)), 10_000 * n)) continue;
      inspected += 1;
      expect(level - last).toBeLessThanOrEqual(6);
      last = level;
    }
    expect(inspected).toBeGreaterThan(15);
  });

  it('do not include changes outside of the zones, and include those at their borders', () => {
    const zone = {
      id: 'belt',
      polygon: [
        [0.5, 0],
        [1, 0],
        [1, 1],
        [0.5, 1],
      ],
    } as const;
    const blocks = new LumaBlocks([zone]);
    const changed = (x: number): boolean => {
      const gate = new MotionGate(LIMITS);
      const still = blocks.of(picture(50));
      for (let atMs = 0; atMs <= 1_200; atMs += EVERY_MS) gate.due(still, atMs);
      return gate.due(blocks.of(picture(50, { x, y: 20, side: 16, level: 200 })), 1_400);
    };
    expect([0, 20, 40, 60, 80].map(changed)).toEqual([false, false, true, true, true]);
  });

  it('continue for a moment after a change, and begin anew after a frame without a result', () => {
    const blocks = new LumaBlocks([]);
    const [before, after] = [blocks.of(picture(50)), blocks.of(picture(90))];
    const gate = new MotionGate({ change: 6, floorMs: 60_000 });
    const due = [0, 500, 1_000, 1_200, 1_400].map((atMs) => gate.due(before, atMs));
    expect(due).toEqual([true, true, true, false, false]);
    expect([1_600, 2_600, 2_800].map((atMs) => gate.due(after, atMs))).toEqual([true, true, false]);
    gate.missed(1_600);
    expect(gate.due(after, 3_000)).toBe(false);
    gate.missed(2_600);
    expect(gate.due(after, 3_200)).toBe(true);
  });
});
