import { beforeAll, describe, expect, it } from 'vitest';
import { embeddingGraph, type Extractor, gridOf, MAP_OUTPUT, type Points, readExtractor } from '@lineside/models';
import { GraphRunner } from '../inference/index.ts';
import { learn, openScorer, TOP } from './learn.ts';
import { seeded } from './random.ts';

const grid = gridOf(96, 64);
const CELLS = grid.columns * grid.rows;

let extractor: Extractor;
beforeAll(async () => {
  extractor = await readExtractor();
});

/** A soft ramp with a little noise; with `spot`, a dark square at the lower right. */
function piece(seed: number, spot = false): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length: grid.width * grid.height * 3 }, (_, n) => {
    const [x, y] = [Math.floor(n / 3) % grid.width, Math.floor(n / 3 / grid.width)];
    if (spot && x >= 64 && x < 84 && y >= 32 && y < 52) return 15;
    return 90 + x / 2 + y / 3 + 6 * random();
  });
}

const pieces = (count: number) => ({ count, read: (n: number) => Promise.resolve(piece(n + 1)) });
const options = () => ({
  ...{ extractor, grid, random: seeded(1), division: 'mixed' as const },
  signal: new AbortController().signal,
});

/** What the graph calculates, written down once more: distances to the nearest good patch. */
async function distances(pixels: Uint8Array, { values, dimensions }: Points): Promise<number[]> {
  const runner = await GraphRunner.open(embeddingGraph(extractor, grid));
  const embedding = (await runner.run(pixels, grid)).get(extractor.output) ?? new Float32Array(0);
  await runner.close();
  return Array.from({ length: CELLS }, (_, cell) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let m = 0; m < values.length; m += dimensions) {
      let squared = 0;
      for (let d = 0; d < dimensions; d += 1)
        squared += ((values[m + d] ?? 0) - (embedding[d * CELLS + cell] ?? 0)) ** 2;
      nearest = Math.min(nearest, squared);
    }
    return Math.sqrt(nearest);
  });
}

describe('learning from good pieces', () => {
  it('gives a graph whose score is the mean distance of the farthest cells, as calculated without it', async () => {
    const { good } = await learn(pieces(10), options());
    const scorer = await openScorer({ extractor, grid }, good);
    const pixels = piece(99, true);
    const expected = (await distances(pixels, good)).toSorted((a, b) => b - a).slice(0, TOP);
    const score = await scorer.score(pixels);
    expect(score).toBeCloseTo(expected.reduce((a, b) => a + b, 0) / TOP, 4);
    await scorer.close();
  });

  it('judges each piece by a memory that has not seen it, and the same pieces give the same numbers', async () => {
    const [one, two] = [await learn(pieces(12), options()), await learn(pieces(12), options())];
    expect(one.held).toEqual(two.held);
    expect(one.held.every((score) => score !== undefined && score > 0)).toBe(true);
    const scorer = await openScorer({ extractor, grid }, one.good);
    // The final memory knows every piece, so that each is less odd to it than the memory that had not seen it.
    const seen = await Promise.all([0, 5, 11].map(async (n) => scorer.score(piece(n + 1))));
    const held = [0, 5, 11].map((n) => one.held[n] ?? 0);
    expect(seen.reduce((a, b) => a + b, 0)).toBeLessThan(held.reduce((a, b) => a + b, 0));
    await scorer.close();
  });

  it('scores a fault far above good pieces, and the map is highest where the fault is', async () => {
    const { good, held } = await learn(pieces(12), options());
    const scorer = await openScorer({ extractor, grid }, good);
    const outputs = await scorer.outputs(piece(99, true));
    expect(outputs.get('score')?.[0]).toBeGreaterThan(2 * Math.max(...held.map((score) => score ?? 0)));
    const map = outputs.get(MAP_OUTPUT) ?? new Float32Array(0);
    const place = map.indexOf(Math.max(...map));
    const [x, y] = [(place % (grid.columns * 2)) * 4, Math.floor(place / (grid.columns * 2)) * 4];
    expect(x).toBeGreaterThanOrEqual(52);
    expect(x).toBeLessThanOrEqual(92);
    expect(y).toBeGreaterThanOrEqual(20);
    expect(y).toBeLessThanOrEqual(60);
    await scorer.close();
  });

  it('does not darken the rim of the map, where the smoothing has neighbours on one side only', async () => {
    const scorer = await openScorer(
      { extractor, grid },
      { values: new Float32Array(extractor.dimensions), dimensions: extractor.dimensions },
    );
    const flat = new Uint8Array(grid.width * grid.height * 3).fill(128);
    const map = (await scorer.outputs(flat)).get(MAP_OUTPUT) ?? new Float32Array(0);
    const row = (y: number): number => {
      const part = map.subarray(y * grid.columns * 2, (y + 1) * grid.columns * 2);
      return part.reduce((a, b) => a + b, 0) / part.length;
    };
    expect(row(0) / row(1)).toBeGreaterThan(0.9);
    await scorer.close();
  });
});
