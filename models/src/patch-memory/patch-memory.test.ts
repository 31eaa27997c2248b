import { describe, expect, it } from 'vitest';
import { inputSizeFor } from './cell-grid.ts';
import { farthestPoints } from './coreset.ts';
import { readExtractor } from './extractor.ts';

/** Fractions that follow from a seed. */
function fractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the choice of patches to keep', () => {
  it('keeps a rare patch that a random choice would lose', () => {
    const random = fractions(3);
    const values = Float32Array.from({ length: 2 * 5000 }, () => random());
    values.set([40, 40], 2 * 777);
    const { values: kept } = farthestPoints({ values, dimensions: 2 }, 10, 0);
    expect(kept).toHaveLength(20);
    expect([...kept]).toContain(40);
  });

  it('leaves no patch farther from the chosen ones than twice what the best choice could (greedy k-centre)', () => {
    const random = fractions(11);
    // Eight clusters of width 1, far apart: the best choice of eight leaves nothing farther than half a diagonal.
    const centres = Array.from({ length: 8 }, (_, n) => [(n % 4) * 100, Math.floor(n / 4) * 100] as const);
    const points = Array.from({ length: 800 }, (_, n) => {
      const [x = 0, y = 0] = centres[n % 8] ?? [];
      return [x + random(), y + random()] as const;
    });
    const { values } = farthestPoints({ values: Float32Array.from(points.flat()), dimensions: 2 }, 8, 5);
    const chosen = Array.from({ length: 8 }, (_, n) => [values[2 * n] ?? 0, values[2 * n + 1] ?? 0] as const);
    const worst = Math.max(...points.map(([x, y]) => Math.min(...chosen.map(([a, b]) => Math.hypot(x - a, y - b)))));
    expect(worst).toBeLessThanOrEqual(2 * Math.SQRT2);
  });

  it('keeps all patches where there are no more than wanted', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    expect(farthestPoints({ values, dimensions: 2 }, 5, 0).values).toBe(values);
  });
});

describe('the input of a taught model', () => {
  it.each([0.1, 0.36, 0.75, 1, 1.33, 1.78, 3, 9])(
    'has the shape of the pieces and about the same area, aspect %d',
    (aspect) => {
      const { width, height, columns, rows } = inputSizeFor(aspect);
      expect([width % 16, height % 16, columns, rows]).toEqual([0, 0, width / 8, height / 8]);
      expect(width * height).toBeGreaterThan(0.85 * 320 * 320);
      expect(width * height).toBeLessThan(1.15 * 320 * 320);
      const bounded = Math.min(5, Math.max(0.2, aspect));
      expect(Math.abs(Math.log(width / height / bounded))).toBeLessThan(0.12);
    },
  );
});

describe('the extractor that ships', () => {
  it('is the file that its description names, with a licence', async () => {
    const extractor = await readExtractor();
    expect(extractor.dimensions).toBeGreaterThan(0);
    expect(extractor.licence).toBe('Apache-2.0');
  });
});
