import { type FfmpegCapabilities, inputFrames } from '../camera/index.ts';
import type { LetterboxAnchor, PictureSize } from '../domain/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { PredictorError } from './errors.ts';

/** One image; `pixels` belong to the caller. */
export interface StillPicture {
  /** Of the source. */
  readonly size: PictureSize;
  /** Packed: in the form of the model's input, or RGB in the size of the source. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Beside pixels in the form of the input: RGB in the size of the source, where it was asked for. */
  readonly whole?: Uint8Array<ArrayBuffer>;
}

export interface StillRequest {
  readonly path: string;
  /** Letterboxed for this input with the filters that are used for cameras; the full image when left out. */
  readonly input?: ModelManifest['input'];
  readonly capabilities: FfmpegCapabilities;
  readonly signal: AbortSignal;
}

/** The first frame of an image or a video. Throws StreamError, PredictorError. */
export async function firstFrame({ path, input, capabilities, signal }: StillRequest): Promise<StillPicture> {
  const frames = inputFrames(path, {
    signal,
    capabilities,
    ...(input === undefined ? {} : { format: formatOf(input) }),
  });
  for await (const { width, height, pixels } of frames) {
    return { size: { width, height }, pixels: new Uint8Array(pixels) };
  }
  throw new PredictorError('input_unreadable', `${path} contains no image`, 'name an image');
}

/** The form in which FFmpeg gives the pixels of this input. */
export function formatOf({ width, height, color, letterbox }: ModelManifest['input']): {
  readonly width: number;
  readonly height: number;
  readonly color: 'rgb' | 'bgr';
  readonly anchor: LetterboxAnchor;
  readonly fill: number;
} {
  return { width, height, color, ...letterbox };
}
