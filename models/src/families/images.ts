type Channels = readonly [number, number, number];

/** How images are brought into a model's input. */
export interface ImagePreparation {
  readonly color: 'rgb' | 'bgr';
  /** value = (pixel - mean) / std per channel of `color`, on 0..255. */
  readonly mean: Channels;
  readonly std: Channels;
  readonly letterbox: { readonly anchor: 'center' | 'top-left' | 'stretch' | 'cover'; readonly fill: number };
  readonly thresholds: { readonly score: number; readonly iou: number };
}

/** What a file says about its images beside the outputs. */
export interface ImageHints {
  /** The file carries Ultralytics' metadata. */
  readonly ultralytics: boolean;
  /** The graph itself brings 0..255 to the model's range. */
  readonly rawPixels: boolean;
  readonly hasSizesInput: boolean;
  /** Axes of the input. */
  readonly layout: 'nchw' | 'nhwc';
}

/** Pixels as they are, 0 to 255. */
export const BYTES = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
/** Pixels from 0 to 1. */
export const UNIT_RANGE = { mean: [0, 0, 0], std: [255, 255, 255] } as const;
/** Mean and standard deviation of ImageNet's images, RGB, as torchvision states them, times 255. */
export const IMAGENET = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;
export const IMAGENET_BGR = { mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] } as const;

export const GREY_BARS = { anchor: 'center', fill: 114 } as const;
export const BLACK_BARS = { anchor: 'center', fill: 0 } as const;
/** Simply resized. */
export const STRETCHED = { anchor: 'stretch', fill: 0 } as const;
/** The shorter side resized, the middle taken. */
export const CENTRE_CROP = { anchor: 'cover', fill: 0 } as const;

/** What Ultralytics' exports expect. */
export const ULTRALYTICS: ImagePreparation = {
  color: 'rgb',
  ...UNIT_RANGE,
  letterbox: GREY_BARS,
  thresholds: { score: 0.25, iou: 0.45 },
};
