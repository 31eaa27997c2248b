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
  type Target,
} from '../testing/box-family.ts';

const SIDES = [SIZE.width, SIZE.height, SIZE.width, SIZE.height];
const EMPTY = -12;

function randomBoxes(random: () => number, count: number): number[][] {
  return Array.from({ length: count }, () => [random(), random(), random() * 0.3, random() * 0.3]);
}

/** Every class of every query, as the families with a sigmoid have it. */
function eachClass(boxes: readonly (readonly number[])[], scores: readonly (readonly number[])[]): Target[] {
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
  encode: (targets, classes) => ({
    logits: tableOf(
      [
        ...targets.map(({ classId, score }) => scoresOf(classes, classId, plainLogit(score), EMPTY)),
        scoresOf(classes, -1, 0, EMPTY),
      ],
      classes,
    ),
    boxes: tableOf(
      [...targets.map((target) => centred(target).map((value, side) => value / SIDES[side]!)), [0, 0, 0, 0]],
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
  encode: (targets, classes) => {
    const rows = targets.map((target) => [
      ...centred(target).map((value, side) => value / SIDES[side]!),
      ...scoresOf(classes, target.classId, target.score),
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
  wrongLabels: 'undetectable',
  encode: (targets) => ({
    labels: {
      data: BigInt64Array.from([...targets.map(({ classId }) => BigInt(classId)), 0n]),
      shape: [1, targets.length + 1],
    },
    boxes: tableOf([...targets.map(({ box }) => box), [0, 0, 0, 0]], 4),
    scores: { data: Float32Array.from([...targets.map(({ score }) => score), 0]), shape: [1, targets.length + 1] },
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

describe("a transformer's queries with independent classes", () => {
  itReadsBoxes(QUERIES);

  it("a query with two sufficient scores gives two detections, as DETR's own post-processor does", () => {
    const outputs = { logits: tableOf([[2, 3, -9]], 3), boxes: tableOf([[0.5, 0.5, 0.1, 0.1]], 4) };
    expect(found(decodeAs(QUERIES, outputs)).map(({ label }) => label)).toEqual(['class1', 'class0']);
  });
});

describe("a transformer's queries with a background class", () => {
  const boxes = tableOf([[0.5, 0.5, 0.1, 0.1]], 4);
  const soft = { ...QUERIES, output: { ...QUERIES.output, options: { softmax: 'outside' as const } } };

  it('logits with a background class go through softmax, and the background is not reported', () => {
    const sum = Math.exp(1) + Math.exp(3) + Math.exp(0) + Math.exp(2);
    const [detected, ...others] = found(decodeAs(soft, { logits: tableOf([[1, 3, 0, 2]], 4), boxes }));
    expect([detected?.label, others]).toEqual(['class1', []]);
    expect(detected?.score).toBeCloseTo(Math.exp(3) / sum, 6);
    expect(found(decodeAs(soft, { logits: tableOf([[1, 2, 0, 5]], 4), boxes }))).toEqual([]);
  });

  it('the background class may be any column', () => {
    const output = { ...QUERIES.output, options: { background: 0 } };
    const [detected] = found(decodeAs({ ...QUERIES, output }, { logits: tableOf([[0, 1, 4, 1]], 4), boxes }));
    expect([detected?.label, detected?.classId]).toEqual(['class1', 1]);
  });

  it('the background class is not reported where softmax is in the graph', () => {
    const output = { ...QUERIES.output, options: { softmax: 'inside' as const } };
    const detected = found(decodeAs({ ...QUERIES, output }, { logits: tableOf([[0.1, 0.3, 0, 0.6]], 4), boxes }));
    expect(detected.map(({ label }) => label)).toEqual(['class1']);
  });

  it('a missing label is not taken for a background class', () => {
    expect(badness(decodeAs(QUERIES, { logits: tableOf([[1, 3, 0, 2]], 4), boxes }))).toBe('model_labels');
  });
});

describe('a transformer whose post-processor is in the graph', () => {
  itReadsBoxes(POST);

  it('outputs without a batch axis are decoded, and labels that count the background', () => {
    const output = { ...POST.output, options: { background: 0 } };
    const outputs = {
      labels: { data: BigInt64Array.of(2n, 0n), shape: [2] },
      boxes: { data: Float32Array.of(100, 76, 200, 176, 0, 76, 9, 86), shape: [2, 4] },
      scores: { data: Float32Array.of(0.75, 0.9), shape: [2] },
    };
    const detected = found(decodeAs({ ...POST, output }, outputs));
    expect(detected).toEqual([{ label: 'class1', classId: 1, score: 0.75, box: [200, 0, 400, 200] }]);
  });

  it('a number of boxes that differs from the number of labels is refused', () => {
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
