/** Heads of a one-stage detector before its box decoding, as exports for other chips leave them. */
import { defineFamily } from '../family.ts';
import { yoloRaw as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { images, resolveOptions, scoresOf } from './resolve.ts';

export const yoloRaw = defineFamily({
  name: 'yolo-raw',
  task: 'detect',
  document: {
    outputs: 'heads before decoding, by strides: YOLOv5, YOLOv8, YOLOX, YuNet',
    options: '`strides` (8, 16, 32), `anchors`, `regMax` (15), `sigmoid` (distances: outside; objectness: inside)',
    images: 'twelve heads (YuNet): BGR, 0 to 255, black bars',
  },
  images,
  // The names of heads say more than shapes, which may look like a transformer's queries.
  precedence: 1,
  recognise,
  resolveOptions,
  scoresAreProbabilities: ({ options }) => options?.sigmoid === 'inside',
  scoresOf,
  decoder,
});
