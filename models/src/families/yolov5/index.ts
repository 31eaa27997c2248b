/** YOLOv5 to v7: one table of boxes with objectness. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { yolov5 as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { scoresOf } from './resolve.ts';

export const yolov5 = defineFamily({
  name: 'yolov5',
  task: 'detect',
  document: {
    models: 'v6, v7',
    outputs: '[1, boxes, 5 + classes], with objectness',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  // A table on an unknown grid may be YOLOv8's as well, and today most are.
  precedence: -1,
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
