import { printable } from '@lineside/kit';
import { z } from 'zod';
import { FAMILY_NAMES } from './families/index.ts';
import { type Immutable, ModelInput, OUTPUT_LAYOUTS, OutputOptions, TASKS } from './form/index.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
/** A file of the bundle, inside its folder: no absolute path, no `..`. */
const inside = z
  .string()
  .min(1)
  .max(255)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'must lie inside the bundle');

/** A text for people, harmless wherever it is shown. */
const shownText = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .overwrite((text) => printable(text));

const Output = z.strictObject({
  name: z.string().min(1),
  /** All outputs that the family reads, in the order of its roles; left out where there is one. */
  names: z.array(z.string().min(1)).min(1).max(64).optional(),
  family: z.enum(FAMILY_NAMES),
  layout: z.enum(OUTPUT_LAYOUTS).optional(),
  options: OutputOptions.optional(),
});

/** A second input beside the image: its size, for boxes in its pixels. */
const ExtraInput = z.strictObject({
  name: z.string().min(1),
  kind: z.literal('orig_target_sizes'),
  type: z.enum(['int64', 'float32', 'int32']),
});

/** Where an imported model comes from. */
const Original = z.strictObject({
  /** The file as it was given, kept in the bundle; left out where it is the bundle's model itself. */
  file: inside.optional(),
  sha256,
  prepared: z.boolean(),
  /** Why it runs as it was given. */
  reason: shownText(1024).optional(),
});

/** Of a model that was taught on a device from good pieces. */
const Taught = z.strictObject({
  /** `watching`: it reports scores and no anomalies, until somebody has seen how often it would be wrong. */
  state: z.enum(['watching', 'armed']),
  /** The limit, in multiples of the spread (MAD) of the good pieces; the same as `output.options.threshold`. */
  mads: z.number().positive(),
  pieces: z.int().min(1),
  taughtAt: z.iso.datetime(),
});

/** How a model takes its image and how its output is decoded: everything that the ONNX file does not say. */
export const Manifest = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  task: z.enum(TASKS),
  file: inside,
  sha256,
  input: ModelInput,
  extraInputs: z.array(ExtraInput).max(4).optional(),
  output: Output,
  labels: z.array(shownText(128)).min(1).max(25_000),
  thresholds: z.strictObject({
    score: z.number().min(0).max(1),
    iou: z.number().min(0).max(1),
    /** Least scores of single labels, instead of `score`. */
    labels: z.record(z.string(), z.number().min(0).max(1)).optional(),
  }),
  golden: z.array(z.strictObject({ image: inside, expect: inside })).max(64),
  licence: shownText(256),
  original: Original.optional(),
  /** Imported although its scores were suspect: every result that it gives is marked `degraded`. */
  degraded: z.strictObject({ reason: shownText(1024) }).optional(),
  /** Not yet good enough for ordinary use, and why. Its events say so until a site has proven it. */
  demonstration: z.strictObject({ reason: shownText(1024) }).optional(),
  taught: Taught.optional(),
});
export type Manifest = Immutable<z.infer<typeof Manifest>>;

/** What running a model needs of a manifest; for a bare ONNX file no more than this is known. */
export type ModelManifest = Pick<
  Manifest,
  'input' | 'extraInputs' | 'output' | 'labels' | 'thresholds' | 'degraded' | 'demonstration' | 'taught'
>;
/** An input beside the image. `orig_target_sizes`: [1, 2], width and height in whose pixels boxes are wanted. */
export type ExtraInput = Immutable<z.infer<typeof ExtraInput>>;

/** The expected output for a golden image: boxes in its pixels. */
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
