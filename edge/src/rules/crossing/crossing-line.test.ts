import { describe, expect, it } from 'vitest';
import { SIZE, track } from '../../../../tests/support/crafted-tracks.ts';
import type { Track } from '../../domain/index.ts';
import { CrossingLine } from './index.ts';

/** From the bottom to the top through the middle of the picture: forward is to the right. */
const MIDDLE = [
  [0.5, 1],
  [0.5, 0],
] as const;
const STEP_MS = 100;

function at(id: number, x: number, atMs: number, y = 100): Track {
  return track(id, 'product', [x - 20, y, x + 20, y + 60], { lastSeenMs: atMs });
}

/** Directions of the crossings of scenes, one each STEP_MS. */
function run(scenes: readonly (readonly Track[])[], line: CrossingLine = new CrossingLine(MIDDLE)): string[] {
  return scenes.flatMap((tracks, k) => line.see(k * STEP_MS, tracks, SIZE).map(({ direction }) => direction));
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('CrossingLine', () => {
  it('counts a product that crosses once, forward to the right and backward to the left', () => {
    const path = Array.from({ length: 20 }, (_, k) => 220 + k * 10);
    expect(run(path.map((x, k) => [at(1, x, k * STEP_MS)]))).toEqual(['forward']);
    expect(run(path.toReversed().map((x, k) => [at(1, x, k * STEP_MS)]))).toEqual(['backward']);
  });

  it('does not count a product that stands on the line and trembles', () => {
    const random = randomFrom(3);
    const scenes = Array.from({ length: 500 }, (_, k) => [at(1, 320 + (random() - 0.5) * 10, k * STEP_MS)]);
    expect(run(scenes)).toEqual([]);
  });

  it('counts a product that is lost on the line and is found again behind it once, whatever its track is called', () => {
    const before = [240, 260, 280, 300].map((x, k) => [at(1, x, k * STEP_MS)]);
    const behind = [340, 360, 380].map((x, k) => [at(2, x, (k + 5) * STEP_MS)]);
    expect(run([...before, [], ...behind])).toEqual(['forward']);
  });

  it('does not count a product twice whose track is lost behind the line and begins again', () => {
    const first = [280, 300, 340, 350].map((x, k) => [at(1, x, k * STEP_MS)]);
    const again = [345, 355, 380].map((x, k) => [at(2, x, (k + 5) * STEP_MS)]);
    expect(run([...first, [], ...again])).toEqual(['forward']);
  });

  it('does not count what passes beside the ends of the line', () => {
    const short = new CrossingLine([
      [0.5, 0.9],
      [0.5, 0.8],
    ]);
    expect(
      run(
        [280, 310, 340, 370].map((x, k) => [at(1, x, k * STEP_MS, 20)]),
        short,
      ),
    ).toEqual([]);
  });

  it('counts every product of random rows exactly once, however boxes tremble and detections are missing', () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = randomFrom(seed);
      const products = 1 + Math.floor(random() * 12);
      const speed = 40 + random() * 120;
      const spacing = 120;
      const endMs = ((products * spacing + 700) / speed) * 1000;
      const line = new CrossingLine(MIDDLE);
      let forward = 0;
      let backward = 0;
      for (let atMs = 0; atMs < endMs; atMs += STEP_MS) {
        const tracks = Array.from({ length: products }, (_, k) => ({ k, x: (speed * atMs) / 1000 - k * spacing }))
          .filter(({ x }) => x > 20 && x < SIZE.width - 20 && random() > 0.1)
          .map(({ k, x }) => at(k + 1, x + (random() - 0.5) * 6, atMs));
        for (const { direction } of line.see(atMs, tracks, SIZE)) {
          if (direction === 'forward') forward += 1;
          else backward += 1;
        }
      }
      expect({ seed, forward, backward }).toEqual({ seed, forward: products, backward: 0 });
    }
  });
});
