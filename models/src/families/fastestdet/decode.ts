import { impossibleScore, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { boxReader } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { sigmoid } from '../decoding/numbers.ts';
import { scoredRows } from '../decoding/scored-rows.ts';
import { fits, isFloat } from '../decoding/shapes.ts';

/** Attributes before the classes: objectness, tx, ty, tw, th. */
const FIXED = 5;

/**
 * FastestDet: [1, 5 + classes, rows, columns], one box per cell. Objectness and classes are 0 to 1 already; the middle
 * is the cell's corner plus tanh(tx), tanh(ty) in cells; the size is sigmoid(tw), sigmoid(th) in fractions of the input.
 */
export function fastestdet(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { input, labels } = manifest;
  const classes = labels.length;
  return boxReader(options, {
    overlaps: 'suppress',
    check: (outputs) => {
      const [map] = outputs;
      if (map === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      if (!isFloat(map) || !fits(map, [1, undefined, undefined, undefined])) {
        return wrongShape(map, 'float32 [1, 5 + classes, rows, columns]');
      }
      return fits(map, [1, FIXED + classes, undefined, undefined])
        ? undefined
        : wrongLabels(map, Number(map.shape[1]) - FIXED, classes);
    },
    collect: ([map], candidates) => {
      const { data, shape } = map!;
      const [rows, columns] = [shape[2]!, shape[3]!];
      const cells = rows * columns;
      const table = { way: { rows: cells, step: cells, stride: 1 }, object: 0, first: FIXED, classes, score };
      const range = scoredRows(data, table, (cell, classId, value) => {
        const cx = ((cell % columns) + Math.tanh(data[cell + cells]!)) / columns;
        const cy = (Math.floor(cell / columns) + Math.tanh(data[cell + 2 * cells]!)) / rows;
        const width = sigmoid(data[cell + 3 * cells]!) * input.width;
        const height = sigmoid(data[cell + 4 * cells]!) * input.height;
        candidates.addCentred(cell, classId, value, cx * input.width, cy * input.height, width, height);
      });
      return range === undefined ? undefined : impossibleScore(...range);
    },
  });
}
