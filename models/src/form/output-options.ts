import { z } from 'zod';
import type { Immutable } from './immutable.ts';

/** What a family leaves open. The documentation of each family says which of them it reads, and the default. */
export const OutputOptions = z.strictObject({
  /** Pixels of the input per grid cell, one per head. */
  strides: z.array(z.int().min(1).max(1024)).min(1).max(8).optional(),
  /** Highest bin of a distribution over distances (GFL): regMax + 1 values per side. */
  regMax: z.int().min(1).max(64).optional(),
  /** Whether scores of a classification already went through softmax in the graph. */
  softmax: z.enum(['inside', 'outside']).optional(),
  /** Whether scores already went through the sigmoid in the graph. */
  sigmoid: z.enum(['inside', 'outside']).optional(),
  /** Whether boxes are fractions of the input or its pixels. */
  boxes: z.enum(['normalised', 'pixels']).optional(),
  /** `corners`: x1, y1, x2, y2. `corners_yx`: y1, x1, y2, x2. `centre`: centre and size. */
  boxForm: z.enum(['corners', 'corners_yx', 'centre']).optional(),
  /** Index of the class that means that nothing is there. */
  background: z.int().min(0).optional(),
  /** Anomaly score from which a frame counts as anomalous, on the model's own scale. */
  threshold: z.number().optional(),
  /** Value of the map from which a pixel counts as anomalous. */
  pixelThreshold: z.number().optional(),
  /** What a row of a list of boxes holds, in this order. */
  columns: z.enum(['batch_box_class_score', 'batch_class_score_box', 'box_score_class', 'class_score_box']).optional(),
  /** Numbers that a box has for its key points, after its scores. */
  keypoints: z.int().min(1).max(2_000).optional(),
  /** Whether the graph has already moved boxes from cells of the grid to pixels. */
  gridDecoded: z.boolean().optional(),
  /** Name of the output that holds the anomaly map. */
  mapOutput: z.string().min(1).optional(),
  /** Per head: width and height of each anchor in pixels of the input. */
  anchors: z.array(z.array(z.number().positive()).min(2).max(64)).min(1).max(8).optional(),
});
export type OutputOptions = Immutable<z.infer<typeof OutputOptions>>;
export type BoxForm = NonNullable<OutputOptions['boxForm']>;

/** Axes of a table: `attributes_first` is [1, attributes, boxes], `anchors_first` is [1, boxes, attributes]. */
export const OUTPUT_LAYOUTS = ['attributes_first', 'anchors_first'] as const;
export type OutputLayout = (typeof OUTPUT_LAYOUTS)[number];

/** The outputs that a decoder reads, without the family that says how. */
export interface OutputForm {
  readonly name: string;
  /** All outputs that are read, in the order of the family's roles; `name` alone when left out. */
  readonly names?: readonly string[] | undefined;
  /** The family's usual layout when left out. */
  readonly layout?: OutputLayout | undefined;
  readonly options?: OutputOptions | undefined;
}
