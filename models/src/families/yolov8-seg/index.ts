/** YOLOv8 and its successors with masks: boxes with coefficients, and prototypes of masks. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { scoresOf } from '../yolov8/resolve.ts';
import { yolov8Seg as decoder } from './decode.ts';
import { recognise } from './recognise.ts';

export const yolov8Seg = defineFamily({
  name: 'yolov8-seg',
  task: 'segment',
  document: {
    models: 'v11; YOLO26 with `layout: anchors_first`',
    outputs: '[1, 4 + classes + 32, boxes] and [1, 32, h, w]; [1, boxes, 6 + 32] where overlaps are removed',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
