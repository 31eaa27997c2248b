import type { PictureSize } from '../domain/index.ts';
import { aborted } from '@lineside/kit';
import type { FfmpegCapabilities } from './capabilities.ts';
import { FIRST_PIPE, fileArguments, formatFilters } from './ffmpeg-args.ts';
import { FfmpegChild } from './ffmpeg-child.ts';
import { type FrameFormat, pictureBytes } from './format.ts';

/** One image in the form of a model's input. */
export interface DecodedImage {
  /** Packed pixels. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Size of the source image. */
  readonly source: PictureSize;
}

export interface ImageBatchOptions {
  readonly format: FrameFormat;
  readonly capabilities: FfmpegCapabilities;
  readonly signal: AbortSignal;
}

const BATCH_MOST = 16;
const BATCH_BYTES = 64 * 2 ** 20;
/** A batch that takes longer is decoded image by image. */
const DEADLINE_MS = 60_000;

/** How many images of this form one FFmpeg decodes. */
export function imagesPerBatch(format: FrameFormat): number {
  return Math.max(1, Math.min(BATCH_MOST, Math.floor(BATCH_BYTES / pictureBytes(format))));
}

/**
 * The first frame of each file, decoded by one FFmpeg with the filters that are used for cameras. Undefined where FFmpeg
 * refused a file of the batch: which one, and why, decoding them one by one shows.
 */
export async function decodeImages(
  paths: readonly string[],
  { format, capabilities, signal }: ImageBatchOptions,
): Promise<readonly DecodedImage[] | undefined> {
  const bytes = pictureBytes(format);
  const images = paths.map(() => ({
    pixels: new Uint8Array(bytes),
    filled: 0,
    source: undefined as PictureSize | undefined,
  }));
  let log = '';
  const child = new FfmpegChild({
    command: capabilities.command,
    args: batchArguments(paths, format, capabilities),
    outputs: paths.length,
    mustDrain: true,
    onBytes: (output, chunk) => {
      const image = images[output];
      if (image === undefined) return;
      if (image.filled + chunk.length <= bytes) image.pixels.set(chunk, image.filled);
      image.filled += chunk.length;
    },
    onStderr: (text) => {
      const lines = (log + text).split('\n');
      log = lines.pop() ?? '';
      for (const line of lines) {
        const size = sizeIn(line);
        if (size !== undefined) (images[size.input] ?? { source: undefined }).source ??= size.source;
      }
    },
  });
  child.flow();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const exit = await Promise.race([child.exited, aborted(stop).then(() => undefined)]);
  if (exit === undefined) await child.terminate();
  signal.throwIfAborted();
  if (exit?.code !== 0) return undefined;
  const complete = images.flatMap(({ pixels, filled, source }) =>
    filled === bytes && source !== undefined ? [{ pixels, source }] : [],
  );
  return complete.length === paths.length ? complete : undefined;
}

/** One input and one output for each file, in the same order. */
function batchArguments(paths: readonly string[], format: FrameFormat, capabilities: FfmpegCapabilities): string[] {
  const pixels = format.color === 'rgb' ? 'rgb24' : 'bgr24';
  const graph = paths.map((_, n) => `[${n}:v:0]${formatFilters(format, `square${n}`)}[m${n}]`).join(';');
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+verbose'],
    ...paths.flatMap((path) => fileArguments(path, capabilities)),
    ...['-filter_complex_threads', '1', '-filter_complex', graph],
    ...paths.flatMap((_, n) => [
      ...['-map', `[m${n}]`, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', pixels, ...capabilities.passthrough],
      ...['-threads', '1', `pipe:${FIRST_PIPE + n}`],
    ]),
  ];
}

function sizeIn(line: string): { readonly input: number; readonly source: PictureSize } | undefined {
  const found = /\[scale@square(\d+) @ .*?-> w:(\d+) h:(\d+)/.exec(line);
  if (found === null) return undefined;
  const [, input, width, height] = found;
  return { input: Number(input), source: { width: Number(width), height: Number(height) } };
}
