/** YOLOv8 pose and its successors: boxes with key points, of which the boxes are reported. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { scoresOf } from '../yolov8/resolve.ts';
import { yolov8Pose as decoder } from './decode.ts';
import { recognise } from './recognise.ts';

export const yolov8Pose = defineFamily({
  name: 'yolov8-pose',
  task: 'detect',
  document: {
    models: 'v11; the boxes, without the key points',
    outputs: '[1, 4 + classes + points, boxes]; [1, boxes, 6 + points] where overlaps are removed',
    options: '`keypoints` (51: numbers of the key points of a box), `boxes` (pixels)',
  },
  images: { usual: ULTRALYTICS },
  soleLabel: 'person',
  recognise,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
