import { anomaly } from './anomaly/decode.ts';
import { autoencoder } from './autoencoder/decode.ts';
import { classify } from './classify/decode.ts';
import { Decoder, type DecoderOptions, type OutputReader } from './decoding/decoder.ts';
import { detr } from './detr/decode.ts';
import { fastestdet } from './fastestdet/decode.ts';
import { nanodet } from './nanodet/decode.ts';
import { outputNames } from './decoding/output-names.ts';
import { ssd } from './ssd/decode.ts';
import { yoloEnd2end } from './yolo-end2end/decode.ts';
import { yoloRaw } from './yolo-raw/decode.ts';
import { yolov5 } from './yolov5/decode.ts';
import { yolov8 } from './yolov8/decode.ts';
import { yolov8Seg } from './yolov8-seg/decode.ts';
import { yolox } from './yolox/decode.ts';

/** How each family's outputs are read. */
const READERS = {
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
} as const satisfies Readonly<Record<string, (options: DecoderOptions) => OutputReader>>;

export type Family = keyof typeof READERS;
/** Output formats that have a decoder. */
export const FAMILIES = Object.keys(READERS) as readonly Family[];

/** The decoder of the family that the manifest names. */
export function createDecoder(
  options: DecoderOptions & { readonly manifest: { readonly output: { readonly family: Family } } },
): Decoder {
  const { output } = options.manifest;
  return new Decoder(outputNames(output), READERS[output.family](options));
}
