import type { PictureSize } from '../domain/index.ts';
import { untilAborted } from '@lineside/kit';
import type { FfmpegCapabilities } from './capabilities.ts';
import { FIRST_PIPE, fileArguments, formatFilters, fullFilters } from './ffmpeg-args.ts';
import { FfmpegChild } from './ffmpeg-child.ts';
import { type FrameFormat, pictureBytes } from './format.ts';

/** One image in the form of a model's input. */
export interface DecodedImage {
  /** Packed pixels. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Size of the source image. */
  readonly source: PictureSize;
  /** Packed rgb in the size of the source, where it was asked for. */
  readonly whole?: Uint8Array<ArrayBuffer>;
}

export interface ImageBatchOptions {
  readonly format: FrameFormat;
  /** Also each image in its own size. */
  readonly whole?: boolean;
  readonly capabilities: FfmpegCapabilities;
  readonly signal: AbortSignal;
}

const BATCH_MOST = 16;
const BATCH_BYTES = 64 * 2 ** 20;
/** Of images in their own size, which is known only when they are decoded. */
const WHOLE_BYTES = 128 * 2 ** 20;
/** A batch that takes longer is decoded image by image. */
const DEADLINE_MS = 60_000;

/**
 * How many images of this form one FFmpeg decodes. `wholeBytes`: what the largest one so far takes in its own size, where
 * that is asked for too.
 */
export function imagesPerBatch(format: FrameFormat, wholeBytes = 0): number {
  const most = Math.min(BATCH_BYTES / pictureBytes(format), wholeBytes === 0 ? BATCH_MOST : WHOLE_BYTES / wholeBytes);
  return Math.max(1, Math.min(BATCH_MOST, Math.floor(most)));
}

/**
 * The first frame of each file, decoded by one FFmpeg with the filters that are used for cameras. Undefined where FFmpeg
 * refused a file of the batch, and where several would take too much memory in their own size: decoding them one by one
 * shows which file it is, and why.
 */
export async function decodeImages(
  paths: readonly string[],
  { format, whole = false, capabilities, signal }: ImageBatchOptions,
): Promise<readonly DecodedImage[] | undefined> {
  const bytes = pictureBytes(format);
  const images = paths.map(() => ({
    pixels: new Uint8Array(bytes),
    filled: 0,
    parts: [] as Uint8Array[],
    source: undefined as PictureSize | undefined,
  }));
  const tooLarge = new AbortController();
  const most = paths.length > 1 ? WHOLE_BYTES : Number.POSITIVE_INFINITY;
  let wholeBytes = 0;
  const keep = (output: number, chunk: Uint8Array): void => {
    wholeBytes += chunk.length;
    if (wholeBytes > most) tooLarge.abort();
    else images[output]?.parts.push(Uint8Array.from(chunk));
  };
  let log = '';
  const child = new FfmpegChild({
    command: capabilities.command,
    args: batchArguments(paths, format, { whole, capabilities }),
    outputs: paths.length * (whole ? 2 : 1),
    mustDrain: true,
    onBytes: (output, chunk) => {
      const image = images[output];
      if (image === undefined) {
        keep(output - paths.length, chunk);
        return;
      }
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
  const stop = AbortSignal.any([signal, tooLarge.signal, AbortSignal.timeout(DEADLINE_MS)]);
  const exit = await untilAborted(child.exited, stop);
  if (exit === undefined) await child.terminate();
  signal.throwIfAborted();
  if (exit?.code !== 0 || tooLarge.signal.aborted) return undefined;
  const complete = images.flatMap(({ pixels, filled, parts, source }): readonly DecodedImage[] => {
    if (filled !== bytes || source === undefined) return [];
    if (!whole) return [{ pixels, source }];
    const all = joined(parts.splice(0));
    return all.length === pictureBytes(source) ? [{ pixels, source, whole: all }] : [];
  });
  return complete.length === paths.length ? complete : undefined;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One input and one output for each file, in the same order; then once more one output for each, of its own size. */
function batchArguments(
  paths: readonly string[],
  format: FrameFormat,
  { whole, capabilities }: { readonly whole: boolean; readonly capabilities: FfmpegCapabilities },
): string[] {
  const pixels = format.color === 'rgb' ? 'rgb24' : 'bgr24';
  const chain = (n: number): string =>
    whole
      ? `[${n}:v:0]split[s${n}][t${n}];[s${n}]${formatFilters(format, `square${n}`)}[m${n}];[t${n}]${fullFilters(`full${n}`)}[w${n}]`
      : `[${n}:v:0]${formatFilters(format, `square${n}`)}[m${n}]`;
  const output = (label: string, form: string, pipe: number): readonly string[] => [
    ...['-map', `[${label}]`, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', form, ...capabilities.passthrough],
    ...['-threads', '1', `pipe:${FIRST_PIPE + pipe}`],
  ];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+verbose'],
    ...paths.flatMap((path) => fileArguments(path, capabilities)),
    ...['-filter_complex_threads', '1', '-filter_complex', paths.map((_, n) => chain(n)).join(';')],
    ...paths.flatMap((_, n) => output(`m${n}`, pixels, n)),
    ...(whole ? paths.flatMap((_, n) => output(`w${n}`, 'rgb24', paths.length + n)) : []),
  ];
}

function sizeIn(line: string): { readonly input: number; readonly source: PictureSize } | undefined {
  const found = /\[scale@square(\d+) @ .*?-> w:(\d+) h:(\d+)/.exec(line);
  if (found === null) return undefined;
  const [, input, width, height] = found;
  return { input: Number(input), source: { width: Number(width), height: Number(height) } };
}
