/** Graphs with non-maximum suppression inside that give one row per box: YOLOv7, PaddleDetection, OpenVINO. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { nmsRows as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, resolveOptions, scoresOf } from './resolve.ts';

export const nmsRows = defineFamily({
  name: 'nms-rows',
  task: 'detect',
  document: {
    models: 'YOLOv7, PaddleDetection and OpenVINO with NMS inside',
    outputs: '[boxes, 7] or [boxes, 6], the number of boxes differs from frame to frame',
    options:
      '`columns`: `batch_box_class_score` (YOLOv7), `class_score_box` (PaddleDetection), `batch_class_score_box` (OpenVINO), `box_score_class`; `boxes` (pixels; normalised for OpenVINO)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  resolveOptions,
  contradicts,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
