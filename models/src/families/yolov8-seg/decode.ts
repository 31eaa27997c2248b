import type { Box, Detection } from '../../output/index.ts';
import { NOT_FINITE, wrongCount, wrongShape } from '../decoding/bad-output.ts';
import { type FloatOutput, keptBoxes, sourceMapper } from '../decoding/box-reader.ts';
import { Candidates } from '../decoding/candidates.ts';
import {
  type DeclaredOutput,
  type DecoderOptions,
  isBad,
  type OutputReader,
  type OutputTensor,
} from '../decoding/decoder.ts';
import { maskOf } from '../decoding/masks.ts';
import { allFinite, floats } from '../decoding/numbers.ts';
import { fits, isFloat, type Walk, walk } from '../decoding/shapes.ts';
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

function coefficientsOf(
  { data }: FloatOutput,
  { step, stride }: Walk,
  row: number,
  first: number,
  count: number,
): Float64Array {
  const coefficients = new Float64Array(count);
  for (let m = 0; m < count; m++) coefficients[m] = data[row * stride + (first + m) * step]!;
  return coefficients;
}

/** The weighted sum of prototypes over the cells that touch `box`, with a margin of one for the interpolation. */
function weighted(
  { data, shape }: FloatOutput,
  coefficients: Float64Array,
  box: Box,
  input: { readonly width: number; readonly height: number },
): Parameters<typeof maskOf>[0] {
  const [, , rows, columns] = shape as readonly [number, number, number, number];
  const [kx, ky] = [columns / input.width, rows / input.height];
  const left = clamp(Math.floor(box[0] * kx) - 1, columns - 1);
  const top = clamp(Math.floor(box[1] * ky) - 1, rows - 1);
  const width = clamp(Math.ceil(box[2] * kx) + 1, columns) - left;
  const height = clamp(Math.ceil(box[3] * ky) + 1, rows) - top;
  const values = new Float32Array(Math.max(1, width) * Math.max(1, height));
  for (const [m, weight] of coefficients.entries()) {
    for (let row = 0; row < height; row++) {
      const from = (m * rows + top + row) * columns + left;
      for (let i = 0; i < width; i++) values[row * width + i]! += weight * data[from + i]!;
    }
  }
  return { width: Math.max(1, width), height: Math.max(1, height), values, left, top, columns, rows };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
