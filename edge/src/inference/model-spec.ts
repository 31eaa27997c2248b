import type { ModelManifest } from '@lineside/models';
import type { LeastScores } from '../domain/index.ts';

export type Provider = 'tensorrt' | 'cuda' | 'cpu';

/** One model to run: its file, its manifest, and the settings of this machine. */
export interface ModelSpec {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly manifest: ModelManifest;
  /** Instead of the manifest's score threshold; 0 to 1. */
  readonly score?: number | undefined;
  /** Least scores of single labels; they count only where `score` is given, otherwise the manifest's do. */
  readonly labelScores?: LeastScores['labels'];
  /** Instead of the manifest's IoU threshold of NMS; 0 to 1. */
  readonly iou?: number | undefined;
  /** Whether masks are computed, where the model has them; true when left out. */
  readonly masks?: boolean | undefined;
  /** Whether the map of an anomaly is passed on; false when left out. */
  readonly maps?: boolean | undefined;
  /** Wrapper of the TensorRT engine that was built for it on this machine; without it TensorRT is not tried. */
  readonly engine?: string | undefined;
  /** Where it should run: a lower provider is a fall-back. When left out, an accelerator where there is one. */
  readonly expect?: Provider | undefined;
  /** Gives way to everything else on this machine: a model that is only compared. */
  readonly background?: boolean | undefined;
  /** CPU threads of one inference; 1 when left out. */
  readonly threads?: number | undefined;
}

/** The least scores that a model is run with. */
export function leastScoresOf({ manifest, score, labelScores }: ModelSpec): LeastScores {
  return score === undefined ? manifest.thresholds : { score, labels: labelScores };
}

/** Shape of the input tensor for `rows` frames. */
export function inputShape(input: ModelManifest['input'], rows = 1): readonly number[] {
  const { width, height } = input;
  return input.layout === 'nhwc' ? [rows, height, width, 3] : [rows, 3, height, width];
}
