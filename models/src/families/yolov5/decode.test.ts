import { describe } from 'vitest';
import { centred, cornersOf, greatest, itReadsBoxes, rowsOf, scoresOf, SIZE, tableOf } from '../testing/box-family.ts';

describe.each([false, true])("YOLOv5's table, turned: %s", (turned) => {
  itReadsBoxes({
    output: { name: 'o', family: 'yolov5', ...(turned ? { layout: 'attributes_first' } : {}) },
    size: SIZE,
    suppresses: true,
    wrongLabels: 'model_labels',
    encode: (targets, classes) => {
      const rows = targets.map((target) => [...centred(target), target.score, ...scoresOf(classes, target.classId, 1)]);
      return { o: tableOf([...rows, Array<number>(5 + classes).fill(0)], 5 + classes, turned) };
    },
    random: (random, classes) => {
      const rows = Array.from({ length: 400 }, () => {
        const box = [random() * 640, random() * 512, random() * 120, random() * 120];
        return [...box, random(), ...Array.from({ length: classes }, random)];
      });
      return { o: tableOf(rows, 5 + classes, turned) };
    },
    plain: (tensors) =>
      rowsOf(tensors['o']!, turned).map(([cx = 0, cy = 0, w = 0, h = 0, object = 0, ...scores]) => {
        const [classId, best] = greatest(scores);
        return { box: cornersOf(cx, cy, w, h), classId, score: object * best };
      }),
  });
});
