import { impossibleScore, wrongCount } from './bad-output.ts';
import { BestClass } from './best-class.ts';
import { type BoxFamily, boxReader, boxUnit } from './box-reader.ts';
import type { DecoderOptions, OutputReader } from './decoder.ts';
import { SCORE_SLACK } from './numbers.ts';
import { checkTable, walk } from './shapes.ts';

/**
 * YOLOv8, v9, v11, v12: [1, 4 + classes, N], per anchor cx, cy, w, h in pixels of the model's input, then one score
 * per class. `output.layout` tells [1, N, 4 + classes].
 */
export function yolov8(options: DecoderOptions): OutputReader {
  return boxReader(
    options,
    yolov8Boxes(options, () => 0),
  );
}

/** `beside` tells how many attributes follow the scores. */
export function yolov8Boxes(options: DecoderOptions, beside: () => number): BoxFamily {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'attributes_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  const best = new BestClass();
  return {
    overlaps: 'suppress',
    check: ([table, ...others]) => {
      if (table === undefined || others.length > 0) return wrongCount([...(table ? [table] : []), ...others], 'one');
      return checkTable(table, { layout, fixed: 4 + beside(), classes });
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const way = walk(shape, layout);
      best.find(data, way, 4, classes);
      if (best.most > 1 + SCORE_SLACK || best.least < -SCORE_SLACK) return impossibleScore(best.least, best.most);
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
