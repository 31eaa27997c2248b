import { impossibleScore, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { boxReader } from '../decoding/box-reader.ts';
import type { DeclaredOutput, DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { SCORE_SLACK } from '../decoding/numbers.ts';
import { isFloat } from '../decoding/shapes.ts';
import { ROW_FORMS } from './columns.ts';

/**
 * One row per box, with non-maximum suppression inside the graph: [N, 7] or [N, 6], also with axes of size 1 before
 * them. `options.columns` says what a row holds. N may differ from frame to frame and be 0. A row whose class or frame is
 * below 0 ends the list or is padding.
 */
export function nmsRows(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { output, labels, input } = manifest;
  const form = ROW_FORMS[output.options?.columns ?? 'batch_box_class_score'];
  const inPixels = (output.options?.boxes ?? (form.fractions === true ? 'normalised' : 'pixels')) === 'pixels';
  const [ux, uy] = inPixels ? [1, 1] : [input.width, input.height];
  return boxReader(options, {
    overlaps: 'keep',
    check: (outputs) => {
      const [list] = outputs;
      if (list === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      return isFloat(list) && isList(list, form.width) ? undefined : wrongShape(list, `float32 [boxes, ${form.width}]`);
    },
    collect: ([list], candidates) => {
      const { data } = list!;
      for (let at = 0, row = 0; at < data.length; at += form.width, row++) {
        const classId = data[at + form.classId]!;
        const batch = form.batch === undefined ? 0 : data[at + form.batch]!;
        if (classId < 0 || batch < 0) continue;
        const value = data[at + form.score]!;
        if (value > 1 + SCORE_SLACK || value < -SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
        if (!(value >= score)) continue;
        if (batch !== 0) return { bad: 'values', message: `a box belongs to frame ${batch} of a run of one frame` };
        if (!Number.isInteger(classId) || classId >= labels.length) {
          return { bad: 'values', message: `a box has class ${classId}, but there are ${labels.length} labels` };
        }
        const box = at + form.box;
        const [x1, y1, x2, y2] = [data[box]! * ux, data[box + 1]! * uy, data[box + 2]! * ux, data[box + 3]! * uy];
        candidates.add(row, classId, value, x1, y1, x2, y2);
      }
      return undefined;
    },
  });
}

/** [N, width], with axes of size 1 before it. */
function isList({ shape }: DeclaredOutput, width: number): boolean {
  const columns = shape.at(-1);
  const rest = shape.slice(0, -2);
  const ones = rest.every((size) => size === 1 || typeof size === 'string');
  return shape.length >= 2 && shape.length <= 4 && ones && (columns === width || typeof columns === 'string');
}
