import type { LetterboxAnchor } from '../domain/index.ts';

/** Ways of giving an answer that have a decoder (`decoders/registry.ts`). */
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

/** How a model wants its picture and how its output is read. A bundle's manifest fits as it is. */
export interface ModelManifest {
  readonly input: {
    readonly name: string;
    /** float16 is refused: preparing a model casts it. */
    readonly type: 'uint8' | 'float32' | 'float16';
    readonly layout: 'nhwc' | 'nchw';
    readonly width: number;
    readonly height: number;
    readonly color: 'rgb' | 'bgr';
    /**
     * value = (pixel - mean) / std per channel; without both, pixel / 255. With uint8 the graph does this, and they only
     * tell what scale a picture in the output has.
     */
    readonly mean?: readonly [number, number, number] | undefined;
    readonly std?: readonly [number, number, number] | undefined;
    readonly letterbox: { readonly anchor: LetterboxAnchor; readonly fill: number };
    /** Most pictures per run; 1 when left out. The graph takes exactly so many, or leaves its first axis open. */
    readonly batch?: number | undefined;
  };
  readonly extraInputs?: readonly ExtraInput[] | undefined;
  readonly output: {
    readonly name: string;
    readonly family: Family;
    /** All outputs that are read, in the order of the family's roles; `name` alone when left out. */
    readonly names?: readonly string[] | undefined;
    /** The family's usual one unless told otherwise; never guessed from the numbers at run time. */
    readonly layout?: OutputLayout | undefined;
    readonly options?: OutputOptions | undefined;
  };
  readonly labels: readonly string[];
  readonly thresholds: { readonly score: number; readonly iou: number };
  /** Imported although its scores were suspicious: every result it gives says so. */
  readonly degraded?: { readonly reason: string } | undefined;
}

/** An input beside the picture. `orig_target_sizes`: [1, 2], width and height in whose pixels boxes are wanted. */
export interface ExtraInput {
  readonly name: string;
  readonly kind: 'orig_target_sizes';
  readonly type: 'int64' | 'float32' | 'int32';
}

/** What a family cannot know of a graph. Each family's file says which it reads, and what holds without it. */
export interface OutputOptions {
  /** Pixels of the input per cell, one per head. */
  readonly strides?: readonly number[] | undefined;
  /** Distances are told by regMax + 1 bins. */
  readonly regMax?: number | undefined;
  /** Whether the scores have gone through softmax in the graph. */
  readonly softmax?: 'inside' | 'outside' | undefined;
  readonly sigmoid?: 'inside' | 'outside' | undefined;
  /** In shares of the input, or in its pixels. */
  readonly boxes?: 'normalised' | 'pixels' | undefined;
  readonly boxForm?: BoxForm | undefined;
  /** Index of the class that means nothing is there. */
  readonly background?: number | undefined;
  /** Score from which a picture is an anomaly, on the model's own scale. */
  readonly threshold?: number | undefined;
  /** Value of the map from which a pixel belongs to an anomaly. */
  readonly pixelThreshold?: number | undefined;
  /** Boxes are in pixels although the family gives them in cells. */
  readonly gridDecoded?: boolean | undefined;
  readonly mapOutput?: string | undefined;
  /** Per head: width and height of each anchor in pixels of the input. */
  readonly anchors?: readonly (readonly number[])[] | undefined;
}

/** `corners`: x1, y1, x2, y2. `corners_yx`: y1, x1, y2, x2. `centre`: cx, cy, width, height. */
export type BoxForm = 'corners' | 'corners_yx' | 'centre';

/** `attributes_first`: [1, attributes, N]. `anchors_first`: [1, N, attributes]. */
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
