/** FastestDet: one map with a box per cell. */
import { defineFamily } from '../family.ts';
import { STRETCHED, UNIT_RANGE } from '../images.ts';
import { fastestdet as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, scoresOf } from './resolve.ts';

export const fastestdet = defineFamily({
  name: 'fastestdet',
  task: 'detect',
  document: { outputs: '[1, 5 + classes, rows, columns]', options: 'none' },
  images: { usual: { color: 'bgr', ...UNIT_RANGE, letterbox: STRETCHED, thresholds: { score: 0.5, iou: 0.45 } } },
  recognise,
  contradicts,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
