import { appendNodes, type GraphConstant, type GraphNode } from '../onnx/index.ts';
import type { CellGrid } from './cell-grid.ts';
import type { Points } from './coreset.ts';
import type { Extractor } from './extractor.ts';

export const SCORE_OUTPUT = 'score';
export const MAP_OUTPUT = 'anomaly_map';

/** What a taught model knows beside its extractor. */
export interface PatchMemory {
  readonly grid: CellGrid;
  readonly good: Points;
  /** Score and map are (distance - centre) / scale. */
  readonly centre: number;
  readonly scale: number;
  /** The score is the mean of this many cells, those farthest from the memory. */
  readonly top: number;
}

/** The map is finer than the grid of cells by this factor, and smoothed by a Gaussian of this many of its pixels. */
const FINER = 2;
const SIGMA = 1.5;

/**
 * One graph: extractor, distance of each cell to the nearest good patch, score [1] and map [1, 1, rows * 2, columns * 2].
 * Every operator is in TensorRT's ONNX parser and every size is fixed.
 *
 * |a - m|^2 = |a|^2 - 2am + |m|^2, and |a|^2 is the same for all m: it is added after the minimum, for one row instead of
 * all. It is a MatMul with ones, which is one node in every operator set. These differences cancel in half precision.
 */
export function memoryGraph(extractor: Extractor, memory: PatchMemory): Uint8Array {
  const { grid } = memory;
  const size = [1, 1, grid.rows * FINER, grid.columns * FINER];
  return appendNodes(extractor.onnx.model, {
    inputs: [inputOf(extractor, grid)],
    outputs: [
      { name: SCORE_OUTPUT, type: 'float32', shape: [1] },
      { name: MAP_OUTPUT, type: 'float32', shape: size },
    ],
    nodes: [...distanceNodes(extractor.output), ...scoreNodes(), ...mapNodes()],
    constants: constantsOf(memory),
  });
}

/** The extractor alone with the input of a fixed size: its output is [1, D, rows, columns]. */
export function embeddingGraph(extractor: Extractor, grid: CellGrid): Uint8Array {
  const { output: name, dimensions } = extractor;
  return appendNodes(extractor.onnx.model, {
    inputs: [inputOf(extractor, grid)],
    outputs: [{ name, type: 'float32', shape: [1, dimensions, grid.rows, grid.columns] }],
    nodes: [],
    constants: [],
  });
}

function inputOf({ input }: Extractor, { width, height }: CellGrid) {
  return { name: input, type: 'uint8', shape: [1, height, width, 3] };
}

const node = (op: string, inputs: readonly string[], output: string, attributes: GraphNode['attributes'] = {}) => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

function distanceNodes(embedding: string): readonly GraphNode[] {
  return [
    node('Reshape', [embedding, 'patches_shape'], 'patches'),
    node('Mul', ['patches', 'patches'], 'patches_squared'),
    node('MatMul', ['ones', 'patches_squared'], 'patches_norm'),
    node('Concat', ['patches', 'ones_row'], 'patches_and_one', { axis: 0 }),
    node('MatMul', ['memory_doubled', 'patches_and_one'], 'without_norm'),
    node('ReduceMin', ['without_norm'], 'nearest', { axes: [0], keepdims: 1 }),
    node('Add', ['nearest', 'patches_norm'], 'squared'),
    node('Relu', ['squared'], 'squared_positive'),
    node('Sqrt', ['squared_positive'], 'distance'),
    node('Sub', ['distance', 'centre_of_good'], 'distance_centred'),
    node('Mul', ['distance_centred', 'scale_of_good'], 'cells'),
  ];
}

function scoreNodes(): readonly GraphNode[] {
  return [
    {
      op: 'TopK',
      inputs: ['cells', 'top_count'],
      outputs: ['top', 'top_index'],
      attributes: { axis: 1, largest: 1, sorted: 1 },
    },
    node('ReduceMean', ['top'], SCORE_OUTPUT, { axes: [1], keepdims: 0 }),
  ];
}

function mapNodes(): readonly GraphNode[] {
  const side = blurKernel().length;
  const pad = (side - 1) / 2;
  return [
    node('Reshape', ['cells', 'map_shape'], 'map_cells'),
    node('Resize', ['map_cells', 'map_no_roi', 'map_scale'], 'map_fine', {
      mode: { string: 'linear' },
      coordinate_transformation_mode: { string: 'half_pixel' },
    }),
    // A Gaussian of two axes is one after the other: 22 products for each pixel instead of 121.
    node('Conv', ['map_fine', 'map_blur_down'], 'map_half', { kernel_shape: [side, 1], pads: [pad, 0, pad, 0] }),
    node('Conv', ['map_half', 'map_blur_across'], 'map_blurred', { kernel_shape: [1, side], pads: [0, pad, 0, pad] }),
    node('Mul', ['map_blurred', 'map_rim'], MAP_OUTPUT),
  ];
}

function constantsOf({ grid, good, centre, scale, top }: PatchMemory): readonly GraphConstant[] {
  const { values, dimensions } = good;
  const count = values.length / dimensions;
  const kernel = blurKernel();
  const side = kernel.length;
  const [rows, columns] = [grid.rows * FINER, grid.columns * FINER];
  return [
    floats('memory_doubled', [count, dimensions + 1], doubledWithNorm(good)),
    floats('ones_row', [1, grid.rows * grid.columns], new Float32Array(grid.rows * grid.columns).fill(1)),
    floats('ones', [1, dimensions], new Float32Array(dimensions).fill(1)),
    floats('centre_of_good', [1], Float32Array.of(centre)),
    floats('scale_of_good', [1], Float32Array.of(1 / scale)),
    floats('map_no_roi', [0], new Float32Array(0)),
    floats('map_scale', [4], Float32Array.of(1, 1, FINER, FINER)),
    floats('map_blur_down', [1, 1, side, 1], Float32Array.from(kernel)),
    floats('map_blur_across', [1, 1, 1, side], Float32Array.from(kernel)),
    floats('map_rim', [1, 1, rows, columns], rimGain(rows, columns, kernel)),
    integers('patches_shape', [dimensions, grid.rows * grid.columns]),
    integers('map_shape', [1, 1, grid.rows, grid.columns]),
    integers('top_count', [top]),
  ];
}

/** Each patch m as (-2m, |m|^2): with a 1 behind each embedding a, one product gives |m|^2 - 2am. */
function doubledWithNorm({ values, dimensions }: Points): Float32Array {
  const width = dimensions + 1;
  const out = new Float32Array((values.length / dimensions) * width);
  for (let n = 0; n < values.length / dimensions; n += 1) {
    let norm = 0;
    for (let d = 0; d < dimensions; d += 1) {
      const value = values[n * dimensions + d] ?? 0;
      out[n * width + d] = -2 * value;
      norm += value * value;
    }
    out[n * width + dimensions] = norm;
  }
  return out;
}

function floats(name: string, shape: readonly number[], data: Float32Array): GraphConstant {
  return { name, shape, data };
}

function integers(name: string, values: readonly number[]): GraphConstant {
  return { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** One axis of the Gaussian, with a sum of 1. */
function blurKernel(): readonly number[] {
  const radius = Math.ceil(3 * SIGMA);
  const values = Array.from({ length: 2 * radius + 1 }, (_, n) => Math.exp(-((n - radius) ** 2) / (2 * SIGMA * SIGMA)));
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

/** 1 / the weight of the kernel that lies inside the map: without it the zeros outside would darken the rim by half. */
function rimGain(rows: number, columns: number, kernel: readonly number[]): Float32Array {
  const inside = (length: number): readonly number[] =>
    Array.from({ length }, (_, at) =>
      kernel.reduce((sum, weight, n) => {
        const place = at + n - (kernel.length - 1) / 2;
        return place < 0 || place >= length ? sum : sum + weight;
      }, 0),
    );
  const across = inside(columns);
  return Float32Array.from(inside(rows).flatMap((down) => across.map((weight) => 1 / (down * weight))));
}
