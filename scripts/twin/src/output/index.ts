/** Frames written to files: H.264 through FFmpeg, and labelled training images. */
export { Encoder, EncoderError } from './encoder.ts';
export { renderFile } from './render-file.ts';
export { CLASSES, drawStill, type Looks, PLAIN_LOOKS, type Still, writeStills, yoloLabels } from './stills.ts';
