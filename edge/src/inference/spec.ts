import type { LetterboxAnchor } from '../domain/index.ts';

/** How a model wants its picture and how its output is read. A bundle's manifest fits as it is. */
export interface ModelManifest {
  readonly input: {
    readonly name: string;
    readonly type: 'uint8' | 'float32';
    readonly layout: 'nhwc' | 'nchw';
    readonly width: number;
    readonly height: number;
    readonly color: 'rgb' | 'bgr';
    /** float32 only: value = (pixel - mean) / std per channel; without both, pixel / 255. */
    readonly mean?: readonly [number, number, number] | undefined;
    readonly std?: readonly [number, number, number] | undefined;
    readonly letterbox: { readonly anchor: LetterboxAnchor; readonly fill: number };
  };
  readonly output: {
    readonly name: string;
    readonly family: 'yolov8';
    /** [1, 4 + classes, N] unless told otherwise; never guessed from the numbers at run time. */
    readonly layout?: OutputLayout | undefined;
  };
  readonly labels: readonly string[];
  readonly thresholds: { readonly score: number; readonly iou: number };
}

/** `attributes_first`: [1, 4 + classes, N]. `anchors_first`: [1, N, 4 + classes]. */
export type OutputLayout = 'attributes_first' | 'anchors_first';

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
  /** CPU threads of one inference; 1 when left out. */
  readonly threads?: number | undefined;
}

/** Shape of the input tensor, batch of one. */
export function inputShape(input: ModelManifest['input']): readonly number[] {
  const { width, height } = input;
  return input.layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width];
}
