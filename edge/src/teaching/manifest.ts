import type { CellGrid, Manifest } from '@lineside/models';
import { MAP_OUTPUT, SCORE_OUTPUT } from '@lineside/models';

/** Score of the detection at the limit; twice the limit is shown as 1. */
const SHOWN_AT_LIMIT = 0.5;

/** How a taught model takes its image: stretched, so that no bars are ever in it. */
export function inputOf({ width, height }: CellGrid): Manifest['input'] {
  return {
    name: 'image',
    type: 'uint8',
    layout: 'nhwc',
    width,
    height,
    color: 'rgb',
    letterbox: { anchor: 'stretch', fill: 114 },
  };
}

/** What a manifest says of the limit: in MADs, which are the unit of score and map. */
export function outputOf(mads: number): Manifest['output'] {
  return {
    name: SCORE_OUTPUT,
    names: [SCORE_OUTPUT, MAP_OUTPUT],
    family: 'anomaly',
    options: { threshold: mads, pixelThreshold: mads, mapOutput: MAP_OUTPUT },
  };
}

export interface ManifestFacts {
  readonly id: string;
  readonly sha256: string;
  readonly grid: CellGrid;
  readonly mads: number;
  readonly state: 'watching' | 'armed';
  readonly pieces: number;
  readonly taughtAt: string;
  readonly licence: string;
}

export function manifestOf({ id, sha256, grid, mads, state, pieces, taughtAt, licence }: ManifestFacts): Manifest {
  return {
    schema: 1,
    id,
    version: '1.0.0',
    task: 'anomaly',
    file: 'model.onnx',
    sha256,
    input: inputOf(grid),
    output: outputOf(mads),
    labels: ['anomaly'],
    thresholds: { score: SHOWN_AT_LIMIT, iou: 0.5 },
    golden: [],
    licence: `${licence}; memory of patches of the pieces it was taught`,
    taught: { state, mads, pieces, taughtAt },
  };
}
