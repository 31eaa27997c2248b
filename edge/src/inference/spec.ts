import type { LetterboxAnchor } from '../domain/index.ts';

/** How a model wants its picture and how its output is read. A bundle's manifest fits as it is. */
export interface ModelManifest {
  readonly input: {
    readonly name: string;
    readonly type: 'uint8' | 'float32' | 'float16';
    readonly layout: 'nhwc' | 'nchw';
    readonly width: number;
    readonly height: number;
    readonly color: 'rgb' | 'bgr';
    /** Not for uint8: value = (pixel - mean) / std per channel; without both, pixel / 255. */
    readonly mean?: readonly [number, number, number] | undefined;
    readonly std?: readonly [number, number, number] | undefined;
    readonly letterbox: { readonly anchor: LetterboxAnchor; readonly fill: number };
  };
  readonly output: {
    readonly name: string;
    readonly family: Family;
    /** All outputs that the family reads, in the order of its roles. */
    readonly names?: readonly string[] | undefined;
    /** [1, 4 + classes, N] unless told otherwise; never guessed from the numbers at run time. */
    readonly layout?: OutputLayout | undefined;
    readonly options?: OutputOptions | undefined;
  };
  readonly extraInputs?: readonly ExtraInput[] | undefined;
  readonly labels: readonly string[];
  readonly thresholds: { readonly score: number; readonly iou: number };
  /** Imported although its scores were suspicious: every result it gives says so. */
  readonly degraded?: { readonly reason: string } | undefined;
}

/** Output layouts that a bundle can name. */
export type Family =
  | 'yolov8'
  | 'yolov5'
  | 'yolo-end2end'
  | 'yolov8-seg'
  | 'classify'
  | 'yolox'
  | 'nanodet'
  | 'fastestdet'
  | 'ssd'
  | 'detr'
  | 'anomaly'
  | 'autoencoder'
  | 'yolo-raw';

/** What a family leaves open; each decoder says which of them it reads. */
export interface OutputOptions {
  readonly strides?: readonly number[] | undefined;
  readonly regMax?: number | undefined;
  readonly softmax?: 'inside' | 'outside' | undefined;
  readonly sigmoid?: 'inside' | 'outside' | undefined;
  readonly boxes?: 'normalised' | 'pixels' | undefined;
  readonly background?: number | undefined;
  readonly threshold?: number | undefined;
  readonly pixelThreshold?: number | undefined;
  readonly gridDecoded?: boolean | undefined;
  readonly mapOutput?: string | undefined;
}

/** A second input that is no picture. */
export interface ExtraInput {
  readonly name: string;
  readonly kind: 'orig_target_sizes';
  readonly type: 'int64' | 'float32' | 'int32';
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
