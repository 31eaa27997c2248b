import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  decodeAs,
  fractions,
  found,
  itReadsBoxes,
  SIZE,
  type Target,
  type Tensors,
} from '../testing/box-family.ts';
import { contradicts } from '../index.ts';
import type { RowColumns } from './columns.ts';

/** Where each form has what, written out once more. */
const ORDERS: Readonly<Record<RowColumns, (target: Target) => readonly number[]>> = {
  batch_box_class_score: ({ box, classId, score }) => [0, ...box, classId, score],
  batch_class_score_box: ({ box, classId, score }) => [0, classId, score, ...box],
  box_score_class: ({ box, classId, score }) => [...box, score, classId],
  class_score_box: ({ box, classId, score }) => [classId, score, ...box],
};

function listOf(targets: readonly Target[], columns: RowColumns): Tensors {
  const rows = targets.map(ORDERS[columns]);
  const width = columns.startsWith('batch') ? 7 : 6;
  return { list: { data: Float32Array.from(rows.flat()), shape: [rows.length, width] } };
}

function familyOf(columns: RowColumns): BoxFamilyUnderTest & { readonly made: Map<Float32Array, readonly Target[]> } {
  const made = new Map<Float32Array, readonly Target[]>();
  return {
    made,
    output: { name: 'list', family: 'nms-rows', options: { columns, boxes: 'pixels' } },
    size: SIZE,
    suppresses: false,
    wrongLabels: 'undetectable',
    encode: (targets) => listOf(targets, columns),
    random: (random, classes) => {
      const targets = Array.from({ length: 80 }, (): Target => {
        const [x, y] = [random() * SIZE.width, random() * SIZE.height];
        const box = [x, y, x + random() * 90, y + random() * 90].map(Math.fround) as unknown as Target['box'];
        return { box, classId: Math.floor(random() * classes), score: Math.fround(random()) };
      });
      const tensors = listOf(targets, columns);
      made.set(tensors['list']?.data as Float32Array, targets);
      return tensors;
    },
    plain: ({ list }) => made.get(list?.data as Float32Array) ?? [],
  };
}

describe('one row per box after non-maximum suppression', () => {
  for (const columns of Object.keys(ORDERS) as RowColumns[]) {
    describe(`as ${columns}`, () => {
      itReadsBoxes(familyOf(columns));
    });
  }

  const output = { name: 'list', family: 'nms-rows', options: { columns: 'batch_box_class_score' } } as const;
  const family = { output, size: SIZE };
  const one: Target = { box: [100, 200, 200, 300], classId: 1, score: 0.9 };

  it('an empty list is an image with nothing in it', () => {
    expect(found(decodeAs(family, { list: { data: new Float32Array(0), shape: [0, 7] } }))).toEqual([]);
  });

  it('rows that are not in use are skipped, and those of another frame are refused', () => {
    const used = ORDERS.batch_box_class_score(one);
    const padded = [...used, ...[-1, 0, 0, 0, 0, -1, 0]];
    expect(found(decodeAs(family, { list: { data: Float32Array.from(padded), shape: [2, 7] } }))).toHaveLength(1);
    const other = Float32Array.from([1, ...used.slice(1)]);
    expect(badness(decodeAs(family, { list: { data: other, shape: [1, 7] } }))).toBe('values');
  });

  it('the values show which of two orders it is', () => {
    const random = fractions(5);
    const targets = Array.from({ length: 20 }, (): Target => {
      const [x, y] = [random() * 400, random() * 400];
      return { box: [x, y, x + 20, y + 20], classId: Math.floor(random() * 3), score: random() };
    });
    for (const [a, b] of [
      ['batch_box_class_score', 'batch_class_score_box'],
      ['box_score_class', 'class_score_box'],
    ] as const) {
      for (const [given, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const { data, shape } = listOf(targets, given)['list']!;
        const outputs = [{ name: 'list', shape, data }];
        const guess = (columns: RowColumns) =>
          ({
            family: 'nms-rows',
            task: 'detect',
            outputs: ['list'],
            options: { columns },
            reason: '',
            confidence: 3,
          }) as const;
        expect(contradicts(guess(given), outputs), given).toBe(false);
        expect(contradicts(guess(other), outputs), other).toBe(true);
      }
    }
  });
});
