/** DETR and its successors: a transformer's queries, each with a box. */
import { defineFamily } from '../family.ts';
import { detr as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, images, resolveOptions, scoresOf } from './resolve.ts';

export const detr = defineFamily({
  name: 'detr',
  task: 'detect',
  document: {
    models: 'RT-DETR, D-FINE, RF-DETR',
    outputs: 'logits and boxes; or labels, boxes, scores; or one table',
    options:
      'logits: sigmoid outside; `softmax: outside` with a last class that means nothing, `background` where it is not the last; `boxes` (normalised; pixels where the graph gives labels, boxes, scores), `boxForm`',
    images: 'RT-DETR, D-FINE: from 0 to 1',
  },
  images,
  mayScoreBackground: true,
  recognise,
  resolveOptions,
  contradicts,
  // Two outputs are logits and boxes.
  scoresAreProbabilities: ({ outputs }) => outputs.length !== 2,
  scoresOf,
  decoder,
});
