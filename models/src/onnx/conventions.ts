import type { Family } from '../families/index.ts';
import type { FamilyGuess } from './family.ts';

type Channels = readonly [number, number, number];

/** How pictures reached a family's models when they were trained; what a file without metadata leaves open. */
export interface PictureConvention {
  readonly color: 'rgb' | 'bgr';
  /** On 0..255, per channel of `color`. */
  readonly mean: Channels;
  readonly std: Channels;
  readonly letterbox: { readonly anchor: 'center' | 'top-left' | 'stretch' | 'cover'; readonly fill: number };
  readonly thresholds: { readonly score: number; readonly iou: number };
}

const NONE: Channels = [0, 0, 0];
const BYTES: Channels = [1, 1, 1];
const SHARES: Channels = [255, 255, 255];
/** Mean and standard deviation of ImageNet's pictures, RGB, as torchvision states them, times 255. */
const IMAGENET = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;
const IMAGENET_BGR = { mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] } as const;

const GREY = { anchor: 'center', fill: 114 } as const;
const BLACK = { anchor: 'center', fill: 0 } as const;
/** Simply resized. */
const FILLED = { anchor: 'stretch', fill: 0 } as const;
/** The shorter side resized, the middle taken. */
const MIDDLE = { anchor: 'cover', fill: 0 } as const;
const USUAL = { score: 0.25, iou: 0.45 } as const;

const ULTRALYTICS: PictureConvention = { color: 'rgb', mean: NONE, std: SHARES, letterbox: GREY, thresholds: USUAL };

const BY_FAMILY: Readonly<Record<Family, PictureConvention>> = {
  yolov8: ULTRALYTICS,
  yolov5: ULTRALYTICS,
  'yolo-end2end': ULTRALYTICS,
  'yolov8-seg': ULTRALYTICS,
  classify: { ...ULTRALYTICS, ...IMAGENET, letterbox: MIDDLE },
  // Since version 0.2 YOLOX takes the bytes of OpenCV's pictures, laid into the corner.
  yolox: { color: 'bgr', mean: NONE, std: BYTES, letterbox: { anchor: 'top-left', fill: 114 }, thresholds: USUAL },
  nanodet: { color: 'bgr', ...IMAGENET_BGR, letterbox: BLACK, thresholds: { score: 0.35, iou: 0.6 } },
  fastestdet: { color: 'bgr', mean: NONE, std: SHARES, letterbox: FILLED, thresholds: { score: 0.5, iou: 0.45 } },
  // The face and mask detectors that are passed around in this form.
  ssd: {
    color: 'rgb',
    mean: [127, 127, 127],
    std: [128, 128, 128],
    letterbox: FILLED,
    thresholds: { score: 0.6, iou: 0.4 },
  },
  detr: { color: 'rgb', ...IMAGENET, letterbox: FILLED, thresholds: { score: 0.5, iou: 0.7 } },
  anomaly: { color: 'rgb', ...IMAGENET, letterbox: FILLED, thresholds: { score: 0.5, iou: 0.45 } },
  autoencoder: { color: 'rgb', mean: NONE, std: SHARES, letterbox: FILLED, thresholds: { score: 0.5, iou: 0.45 } },
  'yolo-raw': ULTRALYTICS,
};

export interface ConventionHints {
  /** The file carries Ultralytics' metadata. */
  readonly ultralytics: boolean;
  /** The graph brings 0..255 to the model's range by itself. */
  readonly rawPixels: boolean;
  readonly hasSizesInput: boolean;
  /** Axes of the input. */
  readonly layout: 'nchw' | 'nhwc';
}

/** How a model of this family most probably wants its picture, and why. */
export function pictureConvention(
  guess: Pick<FamilyGuess, 'family' | 'outputs' | 'options' | 'pictures'>,
  hints: ConventionHints,
): PictureConvention & { readonly reason: string } {
  // YOLOX as it is exported leaves boxes on the grid; what looks like it and does not is YOLOv6.
  const like = guess.pictures ?? (guess.options?.gridDecoded === true ? 'yolov5' : guess.family);
  const usual = BY_FAMILY[like];
  if (hints.rawPixels) {
    return { ...usual, mean: NONE, std: BYTES, reason: 'the graph itself begins with bringing 0..255 to its range' };
  }
  if (hints.ultralytics) {
    const { letterbox, thresholds } = ['classify', 'detr'].includes(guess.family) ? usual : ULTRALYTICS;
    return { ...ULTRALYTICS, letterbox, thresholds, reason: 'the metadata is that of an Ultralytics export' };
  }
  if (guess.family === 'detr' && (hints.hasSizesInput || guess.outputs.length === 1 || isRtDetr(guess))) {
    return { ...usual, mean: NONE, std: SHARES, reason: 'RT-DETR and its successors take pixels from 0 to 1' };
  }
  if (guess.family === 'classify' && hints.layout === 'nhwc') {
    const middle: Channels = [127.5, 127.5, 127.5];
    return { ...usual, mean: middle, std: middle, reason: 'classifiers of Keras take pixels from -1 to 1' };
  }
  if (guess.family === 'anomaly' && guess.outputs.length > 1) {
    return { ...usual, mean: NONE, std: SHARES, reason: 'anomalib from version 2 on normalises in the graph' };
  }
  // Only YuNet has twelve heads; OpenCV feeds it with bytes.
  if (guess.family === 'yolo-raw' && guess.outputs.length >= 12) {
    return {
      ...ULTRALYTICS,
      color: 'bgr',
      mean: NONE,
      std: BYTES,
      letterbox: BLACK,
      thresholds: { score: 0.6, iou: 0.3 },
      reason: 'YuNet takes the bytes of OpenCV pictures',
    };
  }
  return { ...usual, reason: `most ${like} models do` };
}

/** DETR's own scores go through softmax, and RF-DETR has other names; both take ImageNet's mean and deviation. */
function isRtDetr({ outputs, options }: Pick<FamilyGuess, 'outputs' | 'options'>): boolean {
  return options?.sigmoid !== undefined && /logits/i.test(outputs[0] ?? '');
}

/** The 80 classes of COCO, in the order in which its detectors are trained. https://cocodataset.org */
export const COCO_LABELS: readonly string[] = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,' +
  'bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,' +
  'skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,' +
  'cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,' +
  'potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,' +
  'refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'
).split(',');
