import type { Box, Detection } from '../../output/index.ts';
import { NOT_FINITE, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { keptBoxes, sourceMapper } from '../decoding/box-reader.ts';
import { Candidates } from '../decoding/candidates.ts';
import {
  type DeclaredOutput,
  type DecoderOptions,
  isBad,
  type OutputReader,
  type OutputTensor,
} from '../decoding/decoder.ts';
import { maskOf } from '../decoding/masks.ts';
import { coefficientsOf, weighted } from '../decoding/prototypes.ts';
import { allFinite, floats } from '../decoding/numbers.ts';
import { fits, isFloat, walk } from '../decoding/shapes.ts';
import { yoloEnd2endBoxes } from '../yolo-end2end/decode.ts';
import { yolov8Boxes } from '../yolov8/decode.ts';

/** More rows than this are the cells of a grid, not what a graph has left of them. */
const FINISHED_MAX = 1_000;

/**
 * YOLOv8, v11 segment: boxes [1, 4 + classes + M, N] and prototypes [1, M, h, w]. An object's outline is where the sum
 * of prototypes, weighted by its M coefficients, is above 0 (its sigmoid above a half), within its box. With
 * `layout: anchors_first` and [1, N, 6 + M] the graph has removed the overlaps, as YOLO26 does.
 */
export function yolov8Seg(options: DecoderOptions): OutputReader {
  const { manifest } = options;
  const layout = manifest.output.layout ?? 'attributes_first';
  const candidates = new Candidates();
  let prototypes = 0;
  const cells = yolov8Boxes(options, () => prototypes);
  const finished = yoloEnd2endBoxes(options, () => prototypes);
  const isFinished = ([, rows, width]: DeclaredOutput['shape']): boolean =>
    layout === 'anchors_first' && width === 6 + prototypes && typeof rows === 'number' && rows <= FINISHED_MAX;
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
      return (isFinished(table.shape) ? finished : cells).check([table]);
    },
    read: (outputs, { source }) => {
      const [table, maps] = outputs as readonly [OutputTensor, OutputTensor];
      const numbers = { data: floats(table.data), shape: table.shape };
      const sources = { data: floats(maps.data), shape: maps.shape };
      if (!allFinite(sources.data)) return NOT_FINITE;
      const done = isFinished(table.shape);
      const kept = keptBoxes(options, done ? finished : cells, candidates, [numbers]);
      if (isBad(kept)) return kept;
      const mapper = sourceMapper(options, source);
      const way = walk(table.shape, layout);
      const first = done ? 6 : 4 + manifest.labels.length;
      const detections: Detection[] = [];
      for (const n of kept) {
        const detection = mapper.detection(candidates, n);
        if (detection === undefined) continue;
        if (!options.masks) {
          detections.push(detection);
          continue;
        }
        const at = 4 * n;
        const box: Box = [0, 1, 2, 3].map((side) => candidates.boxes[at + side]!) as unknown as Box;
        const coefficients = coefficientsOf(numbers, way, candidates.rows[n]!, first, prototypes);
        const map = weighted(sources, coefficients, box, manifest.input);
        const mask = maskOf(map, detection.box, { fit: mapper.fit, input: manifest.input, source });
        detections.push({ ...detection, mask });
      }
      return { detections };
    },
  };
}
