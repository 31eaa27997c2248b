import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
/** A file of the bundle, inside its folder: no absolute path, no `..`. */
const inside = z
  .string()
  .min(1)
  .max(255)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'must lie inside the bundle');

/** Output layouts that have a decoder. */
export const FAMILIES = ['yolov8'] as const;

/** How a model wants its picture and how its output is read: everything that the ONNX file does not say. */
export const Manifest = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  task: z.literal('detect'),
  file: inside,
  sha256,
  input: z.strictObject({
    name: z.string().min(1),
    /** uint8 NHWC takes FFmpeg's bytes as they are; float32 NCHW costs a pixel loop per frame. */
    type: z.enum(['uint8', 'float32']),
    layout: z.enum(['nhwc', 'nchw']),
    width: z.int().min(32).max(4096),
    height: z.int().min(32).max(4096),
    color: z.enum(['rgb', 'bgr']),
    /** float32 only: value = (pixel - mean) / std per channel, on 0..255. */
    mean: z.tuple([z.number(), z.number(), z.number()]).optional(),
    std: z.tuple([z.number(), z.number(), z.number()]).optional(),
    letterbox: z.strictObject({ anchor: z.enum(['center', 'top-left']), fill: z.int().min(0).max(255) }),
  }),
  output: z.strictObject({ name: z.string().min(1), family: z.enum(FAMILIES) }),
  labels: z.array(z.string().min(1).max(64)).min(1).max(1000),
  thresholds: z.strictObject({ score: z.number().min(0).max(1), iou: z.number().min(0).max(1) }),
  golden: z.array(z.strictObject({ image: inside, expect: inside })).max(64),
  licence: z.string().min(1).max(256),
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
