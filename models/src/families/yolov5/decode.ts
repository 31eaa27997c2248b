import { impossibleScore, wrongCount } from '../decoding/bad-output.ts';
import { boxReader, boxUnit } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { scoredRows } from '../decoding/scored-rows.ts';
import { checkTable, walk } from '../decoding/shapes.ts';

/**
 * YOLOv5, v6, v7: [1, N, 5 + classes], per anchor cx, cy, w, h in pixels of the model's input, objectness, then one
 * score per class. The score is objectness times class.
 */
export function yolov5(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'anchors_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  return boxReader(options, {
    overlaps: 'suppress',
    check: (outputs) => {
      const [table] = outputs;
      if (table === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      return checkTable(table, { layout, fixed: 5, classes });
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const way = walk(shape, layout);
      const { step, stride } = way;
      const range = scoredRows(data, { way, object: 4, first: 5, classes, score }, (row, classId, value) => {
        const at = row * stride;
        const [cx, cy] = [data[at]! * ux, data[at + step]! * uy];
        candidates.addCentred(row, classId, value, cx, cy, data[at + 2 * step]! * ux, data[at + 3 * step]! * uy);
      });
      return range === undefined ? undefined : impossibleScore(...range);
    },
  });
}
