import type { Family } from '../spec.ts';
import { anomaly } from './anomaly.ts';
import { autoencoder } from './autoencoder.ts';
import { classify } from './classify.ts';
import { Decoder, type DecoderOptions, type OutputReader } from './decoder.ts';
import { detr } from './detr.ts';
import { fastestdet } from './fastestdet.ts';
import { nanodet } from './nanodet.ts';
import { outputNames } from './output-names.ts';
import { ssd } from './ssd.ts';
import { yoloEnd2end } from './yolo-end2end.ts';
import { yoloRaw } from './yolo-raw.ts';
import { yolov5 } from './yolov5.ts';
import { yolov8 } from './yolov8.ts';
import { yolov8Seg } from './yolov8-seg.ts';
import { yolox } from './yolox.ts';

/** How each family's outputs are read. */
export const READERS: Readonly<Record<Family, (options: DecoderOptions) => OutputReader>> = {
  yolov8,
  yolov5,
  'yolo-end2end': yoloEnd2end,
  'yolov8-seg': yolov8Seg,
  classify,
  yolox,
  nanodet,
  fastestdet,
  ssd,
  detr,
  anomaly,
  autoencoder,
  'yolo-raw': yoloRaw,
};

export function createDecoder(options: DecoderOptions): Decoder {
  const { output } = options.manifest;
  return new Decoder(outputNames(output), READERS[output.family](options));
}
