import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
/** A file of the bundle, inside its folder: no absolute path, no `..`. */
const inside = z
  .string()
  .min(1)
  .max(255)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'must lie inside the bundle');

/** Output layouts that have a decoder. */
export const FAMILIES = [
  'yolov8',
  'yolov5',
  'yolo-end2end',
  'yolov8-seg',
  'classify',
  'yolox',
  'nanodet',
  'fastestdet',
  'ssd',
  'detr',
  'anomaly',
  'autoencoder',
  'yolo-raw',
] as const;
export type Family = (typeof FAMILIES)[number];

/** What a model answers: boxes, boxes with masks, a class of the whole picture, how unusual the picture is. */
export const TASKS = ['detect', 'segment', 'classify', 'anomaly'] as const;
export type Task = (typeof TASKS)[number];

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

const Input = z.strictObject({
  name: z.string().min(1),
  /** uint8 NHWC takes FFmpeg's bytes as they are; every other form costs a pixel loop per frame. */
  type: z.enum(['uint8', 'float32', 'float16']),
  layout: z.enum(['nhwc', 'nchw']),
  width: z.int().min(8).max(4096),
  height: z.int().min(8).max(4096),
  color: z.enum(['rgb', 'bgr']),
  /**
   * value = (pixel - mean) / std per channel of `color`, on 0..255; without both, pixel / 255. With uint8 the graph does
   * this, and they only tell what scale a picture in the output has.
   */
  mean: perChannel.optional(),
  std: perChannel.optional(),
  /** Bars about the picture (`center`) or right and below it; drawn out to fill (`stretch`); its middle (`cover`). */
  letterbox: z.strictObject({
    anchor: z.enum(['center', 'top-left', 'stretch', 'cover']),
    fill: z.int().min(0).max(255),
  }),
  /** Most pictures per run; 1 when left out. The graph takes exactly so many, or leaves its first axis open. */
  batch: z.int().min(1).max(64).optional(),
});

/** What a family leaves open. Each decoder says which of them it reads. */
const OutputOptions = z.strictObject({
  /** Pixels of the input per grid cell, one per head. */
  strides: z.array(z.int().min(1).max(1024)).min(1).max(8).optional(),
  /** Highest bin of a distribution over distances (GFL): regMax + 1 values per side. */
  regMax: z.int().min(1).max(64).optional(),
  /** Whether scores of a classification already went through softmax in the graph. */
  softmax: z.enum(['inside', 'outside']).optional(),
  /** Whether scores already went through the sigmoid in the graph. */
  sigmoid: z.enum(['inside', 'outside']).optional(),
  /** Whether boxes are shares of the input or its pixels. */
  boxes: z.enum(['normalised', 'pixels']).optional(),
  /** Corners, corners with y first, or middle and size. */
  boxForm: z.enum(['corners', 'corners_yx', 'centre']).optional(),
  /** Index of the class that means that nothing is there. */
  background: z.int().min(0).optional(),
  /** Anomaly score from which a picture counts as anomalous. */
  threshold: z.number().optional(),
  /** Value of the map from which a pixel counts as anomalous. */
  pixelThreshold: z.number().optional(),
  /** Whether boxes were already moved from cells of the grid to pixels in the graph. */
  gridDecoded: z.boolean().optional(),
  /** Name of the output that holds the anomaly map. */
  mapOutput: z.string().min(1).optional(),
  /** Per head: width and height of each anchor in pixels of the input. */
  anchors: z.array(z.array(z.number().positive()).min(2).max(64)).min(1).max(8).optional(),
});

const Output = z.strictObject({
  name: z.string().min(1),
  /** All outputs that the family reads, in the order of its roles; left out where there is one. */
  names: z.array(z.string().min(1)).min(1).max(64).optional(),
  family: z.enum(FAMILIES),
  layout: z.enum(['attributes_first', 'anchors_first']).optional(),
  options: OutputOptions.optional(),
});

/** A second input that is no picture: the size of the picture, for boxes in its pixels. */
const ExtraInput = z.strictObject({
  name: z.string().min(1),
  kind: z.literal('orig_target_sizes'),
  type: z.enum(['int64', 'float32', 'int32']),
});

/** Where an imported model comes from. */
const Original = z.strictObject({
  /** The file as it was given, kept in the bundle; left out where the bundle's model is that very file. */
  file: inside.optional(),
  sha256,
  prepared: z.boolean(),
  /** Why it runs as it was given. */
  reason: z.string().max(1024).optional(),
});

/** How a model wants its picture and how its output is read: everything that the ONNX file does not say. */
export const Manifest = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  task: z.enum(TASKS),
  file: inside,
  sha256,
  input: Input,
  extraInputs: z.array(ExtraInput).max(4).optional(),
  output: Output,
  labels: z.array(z.string().min(1).max(128)).min(1).max(25_000),
  thresholds: z.strictObject({ score: z.number().min(0).max(1), iou: z.number().min(0).max(1) }),
  golden: z.array(z.strictObject({ image: inside, expect: inside })).max(64),
  licence: z.string().min(1).max(256),
  original: Original.optional(),
  /** Imported although its scores were suspicious: every result it gives says `degraded`. */
  degraded: z.strictObject({ reason: z.string().min(1).max(1024) }).optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** What a golden image must give: boxes in pixels of the golden image. */
export const GoldenExpectation = z.strictObject({
  detections: z.array(
    z.strictObject({
      label: z.string(),
      score: z.number(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
  tolerance: z.strictObject({ score: z.number().positive(), pixels: z.number().positive() }),
});
export type GoldenExpectation = z.infer<typeof GoldenExpectation>;
