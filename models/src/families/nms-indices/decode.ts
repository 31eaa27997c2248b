import { impossibleScore, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { addBox } from '../decoding/box-form.ts';
import { boxReader, boxUnit } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { SCORE_SLACK } from '../decoding/numbers.ts';
import { fits, isFloat } from '../decoding/shapes.ts';

/**
 * ONNX's NonMaxSuppression: indices [N, 3] (frame, class, box), boxes [1, M, 4], scores [1, classes, M]. Corners are y1,
 * x1, y2, x2 unless `options.boxForm` says otherwise.
 */
export function nmsIndices(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { output, labels } = manifest;
  const form = output.options?.boxForm ?? 'corners_yx';
  const unit = boxUnit(manifest, 'pixels');
  return boxReader(options, {
    overlaps: 'keep',
    check: (outputs) => {
      const [indices, boxes, scores] = outputs;
      if (indices === undefined || boxes === undefined || scores === undefined || outputs.length > 3)
        return wrongCount(outputs, 'indices, boxes, scores');
      if (!fits(indices, [undefined, 3]) && !fits(indices, [1, undefined, 3]))
        return wrongShape(indices, 'integers [N, 3] as indices');
      if (!isFloat(boxes) || !fits(boxes, [1, undefined, 4]))
        return wrongShape(boxes, 'float32 [1, boxes, 4] as boxes');
      const count = boxes.shape[1];
      const wanted = typeof count === 'number' ? count : undefined;
      if (!isFloat(scores) || !fits(scores, [1, undefined, wanted]))
        return wrongShape(scores, `float32 [1, classes, ${wanted ?? 'boxes'}] as scores`);
      const classes = scores.shape[1];
      return typeof classes === 'number' && classes !== labels.length
        ? wrongLabels(scores, classes, labels.length)
        : undefined;
    },
    collect: ([indices, boxes, scores], candidates) => {
      const { data } = indices!;
      const count = boxes!.shape[1]!;
      for (let at = 0, row = 0; at < data.length; at += 3, row++) {
        const [batch, classId, box] = [data[at]!, data[at + 1]!, data[at + 2]!];
        // Rows that are not in use are filled with -1.
        if (batch < 0 || classId < 0 || box < 0) continue;
        if (batch !== 0 || classId >= labels.length || box >= count) {
          return { bad: 'values', message: `a selection names frame ${batch}, class ${classId}, box ${box}` };
        }
        const value = scores!.data[classId * count + box]!;
        if (value > 1 + SCORE_SLACK || value < -SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
        if (value >= score)
          addBox(candidates, { row, classId, score: value }, { data: boxes!.data, at: 4 * box, form, unit });
      }
      return undefined;
    },
  });
}
