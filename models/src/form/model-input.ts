import { z } from 'zod';
import { INPUT_SIDE_MOST } from '../output/index.ts';
import type { Immutable } from './immutable.ts';

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** The tensor that takes the frame. */
export const ModelInput = z.strictObject({
  name: z.string().min(1),
  /** uint8 NHWC takes FFmpeg's bytes as they are; every other form costs a pixel loop per frame. */
  type: z.enum(['uint8', 'float32', 'float16']),
  layout: z.enum(['nhwc', 'nchw']),
  width: z.int().min(8).max(INPUT_SIDE_MOST),
  height: z.int().min(8).max(INPUT_SIDE_MOST),
  color: z.enum(['rgb', 'bgr']),
  /**
   * value = (pixel - mean) / std per channel of `color`, on 0..255; without both, pixel / 255. With uint8 the graph does
   * this, and they only give the scale of an output that is an image.
   */
  mean: perChannel.optional(),
  std: perChannel.optional(),
  /**
   * Bars around the frame (`center`), or at its right and below it (`top-left`); stretched to fill the input
   * (`stretch`); only the middle of the frame (`cover`).
   */
  letterbox: z.strictObject({
    anchor: z.enum(['center', 'top-left', 'stretch', 'cover']),
    fill: z.int().min(0).max(255),
  }),
  /** Most frames per run; 1 when left out. The graph takes exactly that number, or leaves its first axis open. */
  batch: z.int().min(1).max(64).optional(),
});
export type ModelInput = Immutable<z.infer<typeof ModelInput>>;
