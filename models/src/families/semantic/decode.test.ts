import { describe, expect, it } from 'vitest';
import { badness, decodeAs, found, fractions, SIZE, SOURCE, type Tensors } from '../testing/box-family.ts';
import type { OutputForm } from '../../form/index.ts';

const [ROWS, COLUMNS] = [SIZE.height / 4, SIZE.width / 4];
const CELLS = ROWS * COLUMNS;
type Options = OutputForm['options'];

const family = (options: Options, layout?: 'anchors_first') => ({
  output: { name: 'm', family: 'semantic', options, ...(layout === undefined ? {} : { layout }) } as const,
  size: SIZE,
});

/** Planes of probabilities of which `classes[cell]` is the best. */
function planesOf(classes: readonly number[], planes: number, last = false): Tensors {
  const data = new Float32Array(planes * CELLS);
  for (const [cell, best] of classes.entries()) {
    for (let p = 0; p < planes; p++)
      data[last ? cell * planes + p : p * CELLS + cell] = p === best ? 0.9 : 0.1 / (planes - 1);
  }
  return { m: { data, shape: last ? [1, ROWS, COLUMNS, planes] : [1, planes, ROWS, COLUMNS] } };
}

/** A map with rectangles [left, top, right, bottom, class] in cells on class 0. */
function mapOf(...parts: readonly (readonly [number, number, number, number, number])[]): number[] {
  const map = Array.from({ length: CELLS }, () => 0);
  for (const [left, top, right, bottom, classId] of parts) {
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) map[y * COLUMNS + x] = classId;
  }
  return map;
}

/** Parts of equal class by repeated union of neighbours: slow, and by another way than the decoder. */
function plainParts(
  map: readonly number[],
): readonly { readonly classId: number; readonly cells: readonly number[] }[] {
  const root = map.map((_, cell) => cell);
  const find = (cell: number): number => {
    let at = cell;
    while (root[at] !== at) at = root[at] ?? at;
    return at;
  };
  for (const [cell, classId] of map.entries()) {
    const x = cell % COLUMNS;
    for (const next of [x + 1 < COLUMNS ? 1 : 0, COLUMNS, x > 0 ? COLUMNS - 1 : 0, x + 1 < COLUMNS ? COLUMNS + 1 : 0]) {
      if (next > 0 && map[cell + next] === classId) root[find(cell)] = find(cell + next);
    }
  }
  const parts = new Map<number, number[]>();
  for (const [cell, classId] of map.entries()) {
    if (classId !== 0) parts.set(find(cell), [...(parts.get(find(cell)) ?? []), cell]);
  }
  return [...parts.values()].map((cells) => ({ classId: map[cells[0] ?? 0] ?? 0, cells }));
}

/** In pixels of the source: the input is the source at half its size, with bars above and below. */
function boxOf(left: number, top: number, right: number, bottom: number): readonly number[] {
  const bar = (SIZE.height - SOURCE.height / 2) / 2;
  const clip = (value: number): number => Math.min(SOURCE.height, Math.max(0, value));
  return [8 * left, clip(2 * (4 * top - bar)), 8 * right, clip(2 * (4 * bottom - bar))];
}

const inside = (runs: readonly number[]): number => runs.reduce((sum, run, n) => (n % 2 === 1 ? sum + run : sum), 0);

describe('semantic segmentation', () => {
  it.each([
    ['planes first', undefined],
    ['planes last', 'anchors_first'],
  ] as const)('reports each part of a class with its box and its area, %s', (_what, layout) => {
    const map = mapOf([10, 40, 30, 60, 1], [60, 40, 80, 50, 1], [100, 70, 120, 90, 2]);
    const outputs = planesOf(map, 3, layout !== undefined);
    const detections = found(decodeAs(family({ background: 0 }, layout), outputs, { classes: 2, score: 0.5 }));
    const sorted = detections.toSorted((a, b) => a.box[0] - b.box[0]);
    expect(sorted.map(({ label, box }) => [label, [...box]])).toEqual([
      ['class0', boxOf(10, 40, 30, 60)],
      ['class0', boxOf(60, 40, 80, 50)],
      ['class1', boxOf(100, 70, 120, 90)],
    ]);
    for (const { score } of detections) expect(score).toBeCloseTo(0.9, 5);
    // The map is interpolated, which rounds the four corners.
    expect(inside(sorted[1]?.mask?.runs ?? []) / (20 * 10 * 64)).toBeCloseTo(1, 2);
  });

  it('agrees with a plain union of neighbours on random maps', () => {
    const random = fractions(6);
    for (let round = 0; round < 4; round++) {
      const blobs = Array.from({ length: 25 }, () => {
        const [x, y] = [Math.floor(random() * (COLUMNS - 30)), 20 + Math.floor(random() * (ROWS - 60))];
        const [w, h] = [3 + Math.floor(random() * 25), 3 + Math.floor(random() * 15)];
        return [x, y, x + w, y + h, 1 + Math.floor(random() * 2)] as const;
      });
      const map = mapOf(...blobs);
      const wanted = plainParts(map)
        .filter(({ cells }) => cells.length >= 0.0004 * CELLS)
        .map(({ classId, cells }) => {
          const [xs, ys] = [cells.map((cell) => cell % COLUMNS), cells.map((cell) => Math.floor(cell / COLUMNS))];
          const box = boxOf(Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1);
          return `class${classId - 1} ${box.join()}`;
        });
      const detections = found(decodeAs(family({ background: 0 }), planesOf(map, 3), { classes: 2 }));
      expect(detections.map(({ label, box }) => `${label} ${box.join()}`).sort()).toEqual(wanted.sort());
    }
  });

  it('one plane is the score of its class', () => {
    const map = mapOf([10, 40, 30, 60, 1]);
    const data = Float32Array.from(map, (value) => (value === 1 ? 2 : -2));
    const outputs = { m: { data, shape: [1, 1, ROWS, COLUMNS] } };
    const [detection, ...more] = found(decodeAs(family({ sigmoid: 'outside' }), outputs, { classes: 1, score: 0.5 }));
    expect(more).toEqual([]);
    expect(detection?.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(badness(decodeAs(family({ sigmoid: 'inside' }), outputs, { classes: 1 }))).toBe('values');
  });

  it('a map of numbers of classes is read, its background and places without a label are not', () => {
    const map = mapOf([10, 40, 30, 60, 1], [60, 40, 80, 50, 2], [100, 70, 120, 90, 255]);
    const outputs = { m: { data: BigInt64Array.from(map, BigInt), shape: [1, ROWS, COLUMNS] } };
    const labels = found(decodeAs(family({ background: 0 }), outputs, { classes: 2 })).map(({ label }) => label);
    expect(labels.sort()).toEqual(['class0', 'class1']);
    expect(badness(decodeAs(family({ background: 0 }), outputs, { classes: 1 }))).toBe('values');
  });

  it('specks are noise, and logits are compared after softmax', () => {
    const map = mapOf([10, 40, 30, 60, 1], [60, 60, 61, 61, 1]);
    const { m } = planesOf(map, 2);
    const data = Float32Array.from(m!.data as Float32Array, (value) => 10 * value);
    const outputs = { m: { data, shape: m!.shape } };
    const detections = found(decodeAs(family({ softmax: 'outside', background: 0 }), outputs, { classes: 1 }));
    expect(detections).toHaveLength(1);
    expect(detections[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-8)), 5);
  });

  it('is refused with another number of labels, other shapes, and values that are not finite', () => {
    const outputs = planesOf(mapOf(), 3);
    expect(badness(decodeAs(family({ background: 0 }), outputs, { classes: 5 }))).toBe('model_labels');
    expect(badness(decodeAs(family({}), { m: { data: new Float32Array(4), shape: [4] } }))).toBe('model_shape');
    (outputs['m']!.data as Float32Array)[77] = Number.NaN;
    expect(badness(decodeAs(family({ background: 0 }), outputs, { classes: 2 }))).toBe('values');
  });
});
