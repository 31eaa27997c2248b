/** YOLOv10, YOLO26 and every export with non-maximum suppression inside: finished boxes. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { yoloEnd2end as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, scoresOf } from './resolve.ts';

export const yoloEnd2end = defineFamily({
  name: 'yolo-end2end',
  task: 'detect',
  document: {
    models: 'v10, YOLO26, exports with NMS',
    outputs: '[1, boxes, 6]: x1, y1, x2, y2, score, class',
    options: '`boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  contradicts,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
