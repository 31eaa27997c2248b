/** SSD, YOLO-NAS: scores and decoded boxes of many anchors. */
import { defineFamily } from '../family.ts';
import { STRETCHED } from '../images.ts';
import { ssd as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { contradicts, resolveOptions, scoresOf } from './resolve.ts';

export const ssd = defineFamily({
  name: 'ssd',
  task: 'detect',
  document: {
    models: 'YOLO-NAS too',
    outputs: 'scores [1, N, classes], decoded boxes [1, N, 4]',
    options:
      '`softmax` (inside), `background` (0 where there is one column more than labels), `boxes` (normalised), `boxForm` (corners)',
    images: 'one box per cell of a grid (YOLO-NAS): as `yolov8`',
  },
  images: {
    // The face and mask detectors that are published in this form.
    usual: {
      color: 'rgb',
      mean: [127, 127, 127],
      std: [128, 128, 128],
      letterbox: STRETCHED,
      thresholds: { score: 0.6, iou: 0.4 },
    },
  },
  mayScoreBackground: true,
  recognise,
  resolveOptions,
  contradicts,
  contradiction: {
    message: 'gives offsets to anchors instead of boxes',
    advice: 'export it with the decoding of its anchors (and non-maximum suppression, if possible) inside the graph',
  },
  scoresAreProbabilities: ({ options }) => options?.softmax !== 'outside',
  scoresOf,
  decoder,
});
