/**
 * Cameras: one supervised FFmpeg child each, which decodes, scales and letterboxes; what is wrong with a stream in
 * words a technician can use. Knows nothing of models.
 */
export { BufferPool } from './buffer-pool.ts';
export { type FfmpegCapabilities, hasHardwareDecoders, probeFfmpeg } from './capabilities.ts';
export { VIEW } from './health/index.ts';
export type { FfmpegLine } from './ffmpeg-log.ts';
export { type RefusedDecoder, tryDecoders } from './decoder-trial.ts';
export { isTegra } from './devices.ts';
export { encodeVideo, type VideoFrames } from './encode-video.ts';
export {
  chooseDecoder,
  type DecoderChoice,
  type DecoderWish,
  mayUseGstreamer,
  suitsGstreamer,
} from './decoder-choice.ts';
export { type GstreamerCapabilities, probeGstreamer } from './gstreamer.ts';
export { STREAM_ADVICE, StreamError } from './errors.ts';
export type { CameraFrame, CameraListener, CameraOptions, CameraTools, EvidencePicture } from './camera-options.ts';
export { FfmpegCamera } from './ffmpeg-camera.ts';
export {
  type FrameFormat,
  formatKey,
  isWhole,
  type OutputFormat,
  outputSize,
  pictureBytes,
  type WholeFormat,
} from './format.ts';
export type { Clip, ClipSpan } from './video-ring.ts';
export { isStillFile } from './sources/index.ts';
export { type DecodedImage, decodeImages, imagesPerBatch } from './image-batch.ts';
export { type DecodeFigures, type DecodeTask, measureDecode } from './measure-decode.ts';
export { type InputFrame, type InputOptions, inputFrames } from './input-frames.ts';
export { StartGate } from './start-gate.ts';
export { measurePackets, type PacketFigures } from './measure-packets.ts';
export { probeCamera, probePatienceMs } from './probe-camera.ts';
export { probeSource, type SourceProbe } from './probe-source.ts';
export { recordedAt } from './recorded-at.ts';
export { lumaReader, rgbOfYuv, type YuvMatrix } from './yuv-picture.ts';
