/** YOLOv8 and its successors: one table of boxes, one score per class, no objectness. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { yolov8 as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { scoresOf } from './resolve.ts';

export const yolov8 = defineFamily({
  name: 'yolov8',
  task: 'detect',
  document: {
    models: 'v9, v11, v12',
    outputs: '[1, 4 + classes, boxes]',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
