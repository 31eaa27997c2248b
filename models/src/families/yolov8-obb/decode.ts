import { impossibleScore } from '../decoding/bad-output.ts';
import { BestClass, PROBABILITIES } from '../decoding/best-class.ts';
import { boxReader, boxUnit } from '../decoding/box-reader.ts';
import type { DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { wrongCount } from '../decoding/bad-output.ts';
import { checkTable, walk } from '../decoding/shapes.ts';

/**
 * YOLOv8, v11 with oriented boxes: [1, 4 + classes + 1, N], per anchor cx, cy, w, h in pixels of the model's input, one
 * score per class, and the angle of the box in radians. Reported is the upright box around it. Overlaps are judged by
 * these upright boxes.
 */
export function yolov8Obb(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'attributes_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  const best = new BestClass();
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
      const columns = { first: 4, count: classes, enough: score, range: PROBABILITIES };
      if (!best.find(data, way, columns)) return impossibleScore(best.least, best.most);
      const { rows, step, stride } = way;
      for (let i = 0; i < rows; i++) {
        const value = best.scores[i]!;
        if (!(value >= score)) continue;
        const at = i * stride;
        const [width, height] = [data[at + 2 * step]! * ux, data[at + 3 * step]! * uy];
        const angle = data[at + (4 + classes) * step]!;
        const [cosine, sine] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
        const [across, down] = [width * cosine + height * sine, width * sine + height * cosine];
        candidates.addCentred(i, best.classes[i]!, value, data[at]! * ux, data[at + step]! * uy, across, down);
      }
      return undefined;
    },
  });
}
