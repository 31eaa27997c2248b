import type { ModelManifest } from '@lineside/models';

export type Provider = 'tensorrt' | 'cuda' | 'cpu';

/** One model to be run: its file, how to speak to it, and what this machine changes. */
export interface ModelSpec {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly manifest: ModelManifest;
  /** Instead of the manifest's score threshold; 0 to 1. */
  readonly score?: number | undefined;
  /** Instead of the manifest's IoU threshold of NMS; 0 to 1. */
  readonly iou?: number | undefined;
  /** Whether outlines are computed of a model that can give them; true when left out. */
  readonly masks?: boolean | undefined;
  /** Whether the map of an anomaly is handed on; false when left out. */
  readonly maps?: boolean | undefined;
  /** Wrapper of the TensorRT engine that was built of it on this machine; TensorRT is not tried without. */
  readonly engine?: string | undefined;
  /** Where it is meant to run: anything less is a fall-back. Without it, an accelerator where there is one. */
  readonly expect?: Provider | undefined;
  /** CPU threads of one inference; 1 when left out. */
  readonly threads?: number | undefined;
}

/** Shape of the input tensor of `rows` pictures. */
export function inputShape(input: ModelManifest['input'], rows = 1): readonly number[] {
  const { width, height } = input;
  return input.layout === 'nhwc' ? [rows, height, width, 3] : [rows, 3, height, width];
}
