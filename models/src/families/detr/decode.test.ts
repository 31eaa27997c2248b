import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  centred,
  cornersOf,
  decodeAs,
  found,
  itReadsBoxes,
  plainLogit,
  plainSigmoid,
  rowsOf,
  scoresOf,
  SIZE,
  tableOf,
  type Wish,
} from '../testing/box-family.ts';

const SIDES = [SIZE.width, SIZE.height, SIZE.width, SIZE.height];
const EMPTY = -12;

function randomBoxes(random: () => number, count: number): number[][] {
  return Array.from({ length: count }, () => [random(), random(), random() * 0.3, random() * 0.3]);
}

/** Every class of every query, as the families with a sigmoid have it. */
function eachClass(boxes: readonly (readonly number[])[], scores: readonly (readonly number[])[]): Wish[] {
  return scores.flatMap((row, query) => {
    const [cx = 0, cy = 0, w = 0, h = 0] = boxes[query]!.map((value, side) => value * SIDES[side]!);
    return row.map((score, classId) => ({ box: cornersOf(cx, cy, w, h), classId, score }));
  });
}

const QUERIES: BoxFamilyUnderTest = {
  output: { name: 'logits', family: 'detr', names: ['logits', 'boxes'] },
  size: SIZE,
  suppresses: false,
  wrongLabels: 'model_labels',
  encode: (wishes, classes) => ({
    logits: tableOf(
      [
        ...wishes.map(({ classId, score }) => scoresOf(classes, classId, plainLogit(score), EMPTY)),
        scoresOf(classes, -1, 0, EMPTY),
      ],
      classes,
    ),
    boxes: tableOf(
      [...wishes.map((wish) => centred(wish).map((value, side) => value / SIDES[side]!)), [0, 0, 0, 0]],
      4,
    ),
  }),
  random: (random, classes) => {
    const logits = Array.from({ length: 150 }, () => Array.from({ length: classes }, () => random() * 8 - 6));
    return { logits: tableOf(logits, classes), boxes: tableOf(randomBoxes(random, 150), 4) };
  },
  plain: ({ logits, boxes }) => {
    return eachClass(
      rowsOf(boxes!),
      rowsOf(logits!).map((row) => row.map(plainSigmoid)),
    );
  },
};

const TABLE: BoxFamilyUnderTest = {
  ...QUERIES,
  output: { name: 'o', family: 'detr' },
  encode: (wishes, classes) => {
    const rows = wishes.map((wish) => [
      ...centred(wish).map((value, side) => value / SIDES[side]!),
      ...scoresOf(classes, wish.classId, wish.score),
    ]);
    return { o: tableOf([...rows, Array<number>(4 + classes).fill(0)], 4 + classes) };
  },
  random: (random, classes) => {
    const rows = randomBoxes(random, 150).map((box) => [...box, ...Array.from({ length: classes }, random)]);
    return { o: tableOf(rows, 4 + classes) };
  },
  plain: ({ o }) => {
    const rows = rowsOf(o!);
    return eachClass(
      rows.map((row) => row.slice(0, 4)),
      rows.map((row) => row.slice(4)),
    );
  },
};

const POST: BoxFamilyUnderTest = {
  ...QUERIES,
  output: { name: 'labels', family: 'detr', names: ['labels', 'boxes', 'scores'] },
  wrongLabels: 'untold',
  encode: (wishes) => ({
    labels: {
      data: BigInt64Array.from([...wishes.map(({ classId }) => BigInt(classId)), 0n]),
      shape: [1, wishes.length + 1],
    },
    boxes: tableOf([...wishes.map(({ box }) => box), [0, 0, 0, 0]], 4),
    scores: { data: Float32Array.from([...wishes.map(({ score }) => score), 0]), shape: [1, wishes.length + 1] },
  }),
  random: (random, classes) => {
    const boxes = Array.from({ length: 300 }, () => {
      const [x, y] = [random() * 640, random() * 512];
      return [x, y, x + random() * 90, y + random() * 90];
    });
    const labels = BigInt64Array.from(boxes, () => BigInt(Math.floor(random() * classes)));
    const scores = Float32Array.from(boxes, random);
    return {
      labels: { data: labels, shape: [1, 300] },
      boxes: tableOf(boxes, 4),
      scores: { data: scores, shape: [1, 300] },
    };
  },
  plain: ({ labels, boxes, scores }) =>
    rowsOf(boxes!).map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0], n) => {
      return { box: [x1, y1, x2, y2], classId: Number(labels!.data[n]), score: Number(scores!.data[n]) };
    }),
};

describe("a transformer's queries, each class for itself", () => {
  itReadsBoxes(QUERIES);

  it('tells both classes that one query is sure of, as its own post-processor does', () => {
    const outputs = { logits: tableOf([[2, 3, -9]], 3), boxes: tableOf([[0.5, 0.5, 0.1, 0.1]], 4) };
    expect(found(decodeAs(QUERIES, outputs)).map(({ label }) => label)).toEqual(['class1', 'class0']);
  });
});

describe("a transformer's queries with a class for nothing", () => {
  const boxes = tableOf([[0.5, 0.5, 0.1, 0.1]], 4);
  const soft = { ...QUERIES, output: { ...QUERIES.output, options: { softmax: 'outside' as const } } };

  it('goes through softmax, and leaves nothing out', () => {
    const sum = Math.exp(1) + Math.exp(3) + Math.exp(0) + Math.exp(2);
    const [told, ...others] = found(decodeAs(soft, { logits: tableOf([[1, 3, 0, 2]], 4), boxes }));
    expect([told?.label, others]).toEqual(['class1', []]);
    expect(told?.score).toBeCloseTo(Math.exp(3) / sum, 6);
    expect(found(decodeAs(soft, { logits: tableOf([[1, 2, 0, 5]], 4), boxes }))).toEqual([]);
  });

  it('may stand in another place', () => {
    const output = { ...QUERIES.output, options: { background: 0 } };
    const [told] = found(decodeAs({ ...QUERIES, output }, { logits: tableOf([[0, 1, 4, 1]], 4), boxes }));
    expect([told?.label, told?.classId]).toEqual(['class1', 1]);
  });

  it('is left out too where softmax is in the graph', () => {
    const output = { ...QUERIES.output, options: { softmax: 'inside' as const } };
    const told = found(decodeAs({ ...QUERIES, output }, { logits: tableOf([[0.1, 0.3, 0, 0.6]], 4), boxes }));
    expect(told.map(({ label }) => label)).toEqual(['class1']);
  });

  it('is not thought up where one label is missing', () => {
    expect(badness(decodeAs(QUERIES, { logits: tableOf([[1, 3, 0, 2]], 4), boxes }))).toBe('model_labels');
  });
});

describe('a transformer whose post-processor is in the graph', () => {
  itReadsBoxes(POST);

  it('reads outputs without a batch, and labels that count the background', () => {
    const output = { ...POST.output, options: { background: 0 } };
    const outputs = {
      labels: { data: BigInt64Array.of(2n, 0n), shape: [2] },
      boxes: { data: Float32Array.of(100, 76, 200, 176, 0, 76, 9, 86), shape: [2, 4] },
      scores: { data: Float32Array.of(0.75, 0.9), shape: [2] },
    };
    const told = found(decodeAs({ ...POST, output }, outputs));
    expect(told).toEqual([{ label: 'class1', classId: 1, score: 0.75, box: [200, 0, 400, 200] }]);
  });

  it('refuses as many boxes as there are not labels', () => {
    const outputs = {
      ...POST.encode([], 3),
      boxes: tableOf(
        [
          [0, 0, 1, 1],
          [0, 0, 1, 1],
        ],
        4,
      ),
    };
    expect(badness(decodeAs(POST, outputs))).toBe('model_shape');
  });
});

describe("a transformer's one table", () => {
  itReadsBoxes(TABLE);
});
