import { impossibleScore, NOT_FINITE, wrongCount } from '../decoding/bad-output.ts';
import { BestClass, PROBABILITIES } from '../decoding/best-class.ts';
import { type BoxFamily, boxReader, boxUnit } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { allFinite } from '../decoding/numbers.ts';
import { checkTable, type Walk, walk } from '../decoding/shapes.ts';

/**
 * YOLOv8, v9, v11, v12: [1, 4 + classes, N], per anchor cx, cy, w, h in pixels of the model's input, then one score
 * per class. `output.layout` says whether it is [1, N, 4 + classes].
 */
export function yolov8(options: DecoderOptions): OutputReader {
  return boxReader(
    options,
    yolov8Boxes(options, () => 0),
  );
}

/** `beside` returns how many attributes follow the scores. */
export function yolov8Boxes(options: DecoderOptions, beside: () => number): BoxFamily {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'attributes_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  const best = new BestClass();
  return {
    overlaps: 'suppress',
    checksFinite: true,
    check: ([table, ...others]) => {
      if (table === undefined || others.length > 0) return wrongCount([...(table ? [table] : []), ...others], 'one');
      return checkTable(table, { layout, fixed: 4 + beside(), classes });
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const way = walk(shape, layout);
      if (!best.find(data, way, { first: 4, count: classes, enough: score, range: PROBABILITIES })) {
        return allFinite(data) ? impossibleScore(best.least, best.most) : NOT_FINITE;
      }
      if (!finiteBeside(data, way, 4, classes)) return NOT_FINITE;
      const { scores, classes: ids } = best;
      const { rows, step, stride } = way;
      for (let i = 0; i < rows; i++) {
        if (!(scores[i]! >= score)) continue;
        const at = i * stride;
        const [cx, cy] = [data[at]! * ux, data[at + step]! * uy];
        const [width, height] = [data[at + 2 * step]! * ux, data[at + 3 * step]! * uy];
        candidates.addCentred(i, ids[i]!, scores[i]!, cx, cy, width, height);
      }
      return undefined;
    },
  };
}

/** Whether all attributes are finite, except the scores, whose range has been checked. */
function finiteBeside(data: Float32Array, { rows, stride }: Walk, first: number, classes: number): boolean {
  if (stride !== 1) return allFinite(data);
  return allFinite(data.subarray(0, first * rows)) && allFinite(data.subarray((first + classes) * rows));
}
