/** NanoDet and NanoDet-Plus: scores, and distributions over the distances to the sides of a box. */
import { defineFamily } from '../family.ts';
import { BLACK_BARS, IMAGENET_BGR } from '../images.ts';
import { nanodet as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { resolveOptions, scoresOf } from './resolve.ts';

export const nanodet = defineFamily({
  name: 'nanodet',
  task: 'detect',
  document: {
    outputs: 'scores per stride, then distributions per stride; NanoDet-Plus in one',
    options: '`strides` (8, 16, 32; in one table 8, 16, 32, 64), `regMax` (7), `sigmoid` (inside)',
  },
  images: {
    usual: { color: 'bgr', ...IMAGENET_BGR, letterbox: BLACK_BARS, thresholds: { score: 0.35, iou: 0.6 } },
  },
  // Pairs of scores and distances are distinguished from other heads by their shapes, whatever their names.
  precedence: 2,
  recognise,
  resolveOptions,
  scoresAreProbabilities: ({ options }) => options?.sigmoid !== 'outside',
  scoresOf,
  decoder,
});
