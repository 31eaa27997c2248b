/** Classification of the whole image. */
import { defineFamily } from '../family.ts';
import { classify as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, images, resolveOptions, scoresOf } from './resolve.ts';

export const classify = defineFamily({
  name: 'classify',
  task: 'classify',
  document: {
    outputs: '[1, classes]; one score [1, 1] for one label or, as Keras gives it, for the second of two',
    options:
      '`softmax`: `inside` (the usual) or `outside` the graph; or `sigmoid`, for classes that do not exclude one another',
    images: 'NHWC input (Keras): from -1 to 1',
  },
  images,
  recognise,
  resolveOptions,
  contradicts,
  contradiction: {
    message: 'gives an embedding: numbers of length 1 that describe the image, not scores of classes',
    advice: 'Lineside does not support embeddings; train a classification on them and export it with the network',
  },
  scoresAreProbabilities: ({ options }) => options?.softmax !== 'outside' && options?.sigmoid !== 'outside',
  scoresOf,
  decoder,
});
