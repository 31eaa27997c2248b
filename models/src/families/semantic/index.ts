/** Semantic segmentation: a class for each place of the image, such as a spill on the floor. */
import { defineFamily } from '../family.ts';
import { semantic as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, images, resolveOptions, scoresOf } from './resolve.ts';

export const semantic = defineFamily({
  name: 'semantic',
  task: 'segment',
  document: {
    models: 'U-Net, DeepLab, SegFormer and other semantic segmentation',
    outputs:
      '[1, classes, H, W], also with the classes last; [1, 1, H, W] of one class; [1, H, W] with numbers of classes',
    options:
      '`softmax` or, with one plane, `sigmoid` (inside or outside the graph); `background` (0 where there is one plane more than labels)',
  },
  images,
  mayScoreBackground: true,
  recognise,
  resolveOptions,
  contradicts,
  scoresAreProbabilities: ({ options, classes }) =>
    classes !== undefined && options?.softmax !== 'outside' && options?.sigmoid !== 'outside',
  scoresOf,
  decoder,
});
