/** YOLOv5 and YOLOv7 segmentation: boxes with objectness, and masks from prototypes. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { scoresOf } from '../yolov5/resolve.ts';
import { yolov5Seg as decoder } from './decode.ts';
import { recognise } from './recognise.ts';

export const yolov5Seg = defineFamily({
  name: 'yolov5-seg',
  task: 'segment',
  document: {
    models: 'YOLOv7 segmentation too',
    outputs: '[1, boxes, 5 + classes + 32] and [1, 32, h, w]',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
