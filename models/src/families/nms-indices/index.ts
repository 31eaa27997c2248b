/** The indices of ONNX's NonMaxSuppression, with the boxes and scores that they point at. */
import { defineFamily } from '../family.ts';
import { ULTRALYTICS } from '../images.ts';
import { nmsIndices as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { resolveOptions, scoresOf } from './resolve.ts';

export const nmsIndices = defineFamily({
  name: 'nms-indices',
  task: 'detect',
  document: {
    models: 'YOLOv3 and YOLOv4 of the ONNX model zoo, exports that end with NonMaxSuppression',
    outputs: 'indices [N, 3] (frame, class, box), boxes [1, M, 4], scores [1, classes, M]',
    options: '`boxes` (pixels), `boxForm` (corners_yx, as the operator takes them; centre)',
  },
  images: { usual: ULTRALYTICS },
  recognise,
  resolveOptions,
  scoresAreProbabilities: () => true,
  scoresOf,
  decoder,
});
