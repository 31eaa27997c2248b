/** YOLOX: one table of boxes relative to the cells of the grid, with objectness. */
import { defineFamily } from '../family.ts';
import { BYTES } from '../images.ts';
import { scoresOf } from '../yolov5/resolve.ts';
import { yolox as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { resolveOptions } from './resolve.ts';

export const yolox = defineFamily({
  name: 'yolox',
  task: 'detect',
  document: {
    outputs: '[1, cells, 5 + classes], on the grid',
    options: '`strides` (8, 16, 32), `gridDecoded` (false)',
    images: 'YOLOv6, whose boxes are in pixels, as `yolov5`',
  },
  images: {
    // Since version 0.2 YOLOX takes the bytes of OpenCV's images, placed in the corner.
    usual: {
      color: 'bgr',
      ...BYTES,
      letterbox: { anchor: 'top-left', fill: 114 },
      thresholds: { score: 0.25, iou: 0.45 },
    },
    // YOLOX as it is exported leaves boxes on the grid; what looks like it and does not is YOLOv6.
    sameAs: ({ options }) => (options?.gridDecoded === true ? 'yolov5' : undefined),
  },
  recognise,
  resolveOptions,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
