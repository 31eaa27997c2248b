/** YOLOv8 with oriented boxes, reported as the upright boxes around them. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { scoresOf } from '../yolov8/resolve.ts';
import { yolov8Obb as decoder } from './decode.ts';
import { recognise } from './recognise.ts';

export const yolov8Obb = defineFamily({
  name: 'yolov8-obb',
  task: 'detect',
  document: {
    models: 'v11; oriented boxes, reported as the upright boxes around them',
    outputs: '[1, 4 + classes + 1, boxes], the last attribute is the angle',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
