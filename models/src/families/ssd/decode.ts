import { impossibleScore, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { BestClass, PROBABILITIES } from '../decoding/best-class.ts';
import { addBox } from '../decoding/box-form.ts';
import { boxReader, boxUnit, type FloatOutput } from '../decoding/box-reader.ts';
import { checkColumns, classColumns, classIdOf } from '../decoding/class-columns.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { softmax } from '../decoding/numbers.ts';
import { fits, isFloat } from '../decoding/shapes.ts';

/**
 * SSD with boxes already decoded in the graph: scores [1, N, C] and boxes [1, N, 4], corners in fractions of the
 * input unless `options.boxes` and `boxForm` say otherwise. Where there is one column more than labels, column 0 (or
 * `options.background`) means nothing is there. `softmax: outside`: the scores are logits.
 */
export function ssd(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { output, labels } = manifest;
  const { background, boxForm: form = 'corners' } = output.options ?? {};
  const unit = boxUnit(manifest, 'normalised');
  const best = new BestClass();
  return boxReader(options, {
    overlaps: 'suppress',
    check: (outputs) => {
      const [scores, boxes] = outputs;
      if (scores === undefined || boxes === undefined || outputs.length > 2)
        return wrongCount(outputs, 'scores, boxes');
      if (!isFloat(scores) || !fits(scores, [1, undefined, undefined])) {
        return wrongShape(scores, 'float32 [1, boxes, classes] as scores');
      }
      const rows = scores.shape[1];
      if (!isFloat(boxes) || !fits(boxes, [1, typeof rows === 'number' ? rows : undefined, 4])) {
        return wrongShape(boxes, `float32 [1, ${rows ?? 'boxes'}, 4] as boxes`);
      }
      return checkColumns(scores, scores.shape[2], labels, background, 'first');
    },
    collect: ([scores, boxes], candidates) => {
      const [rows, count] = [scores!.shape[1]!, scores!.shape[2]!];
      const columns = classColumns(count, labels, background, 'first')!;
      const data = output.options?.softmax === 'outside' ? softmaxed(scores!) : scores!.data;
      const skip = columns.background;
      const credible = best.find(
        data,
        { rows, step: 1, stride: count },
        { first: 0, count, skip, enough: score, range: PROBABILITIES },
      );
      if (!credible) return impossibleScore(best.least, best.most);
      for (let row = 0; row < rows; row++) {
        const value = best.scores[row]!;
        if (!(value >= score)) continue;
        const classId = classIdOf(columns, best.classes[row]!, labels.length);
        addBox(candidates, { row, classId, score: value }, { data: boxes!.data, at: 4 * row, form, unit });
      }
      return undefined;
    },
  });
}

function softmaxed({ data, shape }: FloatOutput): Float32Array {
  const [rows, count] = [shape[1]!, shape[2]!];
  const probabilities = new Float64Array(count);
  const all = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    softmax(data, row * count, 1, count, probabilities);
    all.set(probabilities, row * count);
  }
  return all;
}
