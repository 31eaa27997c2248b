import { impossibleScore, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { type BoxFamily, boxReader, boxUnit } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { SCORE_SLACK } from '../decoding/numbers.ts';
import { fits, isFloat, walk } from '../decoding/shapes.ts';

/**
 * YOLOv10, YOLO26 and every export with NMS inside: [1, N, 6] of x1, y1, x2, y2 in pixels of the model's input, score,
 * class. Unused rows have score 0.
 */
export function yoloEnd2end(options: DecoderOptions): OutputReader {
  return boxReader(
    options,
    yoloEnd2endBoxes(options, () => 0),
  );
}

/** `beside` returns how many attributes follow the class. */
export function yoloEnd2endBoxes(options: DecoderOptions, beside: () => number): BoxFamily {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'anchors_first';
  const labels = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  return {
    overlaps: 'keep',
    check: (outputs) => {
      const [table] = outputs;
      if (table === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      const width = 6 + beside();
      const wanted = layout === 'anchors_first' ? [1, undefined, width] : [1, width, undefined];
      if (isFloat(table) && fits(table, wanted)) return undefined;
      return wrongShape(table, 'float32 [1, boxes, 6]: x1, y1, x2, y2, score, class');
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const { rows, step, stride } = walk(shape, layout);
      for (let i = 0; i < rows; i++) {
        const at = i * stride;
        const value = data[at + 4 * step]!;
        const classId = data[at + 5 * step]!;
        // A row that is not in use.
        if (classId < 0 && value <= 0) continue;
        if (value > 1 + SCORE_SLACK || value < -SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
        if (!(value >= score)) continue;
        if (!Number.isInteger(classId) || classId < 0 || classId >= labels) {
          return { bad: 'values', message: `a box has class ${classId}, but there are ${labels} labels` };
        }
        const [x1, y1] = [data[at]! * ux, data[at + step]! * uy];
        candidates.add(i, classId, value, x1, y1, data[at + 2 * step]! * ux, data[at + 3 * step]! * uy);
      }
      return undefined;
    },
  };
}
