import type { Box, Detection } from '../../output/index.ts';
import { impossibleScore, NOT_FINITE, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { type BoxFamily, boxUnit, keptBoxes, sourceMapper } from '../decoding/box-reader.ts';
import { Candidates } from '../decoding/candidates.ts';
import { type DecoderOptions, isBad, type OutputReader, type OutputTensor } from '../decoding/decoder.ts';
import { maskOf } from '../decoding/masks.ts';
import { allFinite, floats } from '../decoding/numbers.ts';
import { coefficientsOf, weighted } from '../decoding/prototypes.ts';
import { scoredRows } from '../decoding/scored-rows.ts';
import { checkTable, fits, isFloat, walk } from '../decoding/shapes.ts';

/**
 * YOLOv5, v7 segment: boxes [1, N, 5 + classes + M] as in YOLOv5 with M coefficients behind, and prototypes [1, M, h, w].
 * Masks as in YOLOv8's segmentation.
 */
export function yolov5Seg(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'anchors_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'pixels');
  const candidates = new Candidates();
  let prototypes = 0;
  const boxes: BoxFamily = {
    overlaps: 'suppress',
    check: ([table]) => {
      if (table === undefined) return wrongCount([], 'boxes, prototypes');
      return checkTable(table, { layout, fixed: 5 + prototypes, classes });
    },
    collect: ([table]) => {
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
  };
  return {
    check: (outputs) => {
      const [table, maps] = outputs;
      if (table === undefined || maps === undefined || outputs.length > 2)
        return wrongCount(outputs, 'boxes, prototypes');
      const depth = maps.shape[1];
      if (!isFloat(maps) || !fits(maps, [1, undefined, undefined, undefined]) || typeof depth !== 'number') {
        return wrongShape(maps, 'float32 [1, M, h, w] as prototypes');
      }
      prototypes = depth;
      return boxes.check([table]);
    },
    read: (outputs, { source }) => {
      const [table, maps] = outputs as readonly [OutputTensor, OutputTensor];
      const numbers = { data: floats(table.data), shape: table.shape };
      const sources = { data: floats(maps.data), shape: maps.shape };
      if (!allFinite(sources.data)) return NOT_FINITE;
      const kept = keptBoxes(options, boxes, candidates, [numbers]);
      if (isBad(kept)) return kept;
      const mapper = sourceMapper(options, source);
      const way = walk(table.shape, layout);
      const detections: Detection[] = [];
      for (const n of kept) {
        const detection = mapper.detection(candidates, n);
        if (detection === undefined) continue;
        if (!options.masks) {
          detections.push(detection);
          continue;
        }
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = candidates.boxes.subarray(4 * n, 4 * n + 4);
        const box: Box = [x1, y1, x2, y2];
        const coefficients = coefficientsOf(numbers, way, candidates.rows[n]!, 5 + classes, prototypes);
        const map = weighted(sources, coefficients, box, manifest.input);
        detections.push({
          ...detection,
          mask: maskOf(map, detection.box, { fit: mapper.fit, input: manifest.input, source }),
        });
      }
      return { detections };
    },
  };
}
