/** Classification of the whole image. */
import { defineFamily } from '../family.ts';
import { classify as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { images, resolveOptions, scoresOf } from './resolve.ts';

export const classify = defineFamily({
  name: 'classify',
  task: 'classify',
  document: {
    outputs: '[1, classes]',
    options:
      '`softmax`: `inside` (the usual) or `outside` the graph; or `sigmoid`, for classes that do not exclude one another',
    images: 'NHWC input (Keras): from -1 to 1',
  },
  images,
  recognise,
  resolveOptions,
  scoresAreProbabilities: ({ options }) => options?.softmax !== 'outside' && options?.sigmoid !== 'outside',
  scoresOf,
  decoder,
});
