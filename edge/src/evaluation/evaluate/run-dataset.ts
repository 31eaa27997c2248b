import { availableParallelism } from 'node:os';
import type { FfmpegCapabilities } from '../../camera/index.ts';
import type { PictureSize, InferenceOutput } from '../../domain/index.ts';
import { LinesideError, messageOf } from '@lineside/kit';
import { firstFrame, type Predictor, type StillPicture } from '../../predictor/index.ts';
import type { OnProgress } from '../progress.ts';

/** The outcome of one image. Without a result it is left out of every metric and reported. */
export type ImageOutcome<P> =
  | { readonly picture: P; readonly size: PictureSize; readonly seen: InferenceOutput }
  | { readonly picture: P; readonly failure: string };

export interface DatasetRun<P> {
  readonly pictures: readonly P[];
  readonly predictor: Predictor;
  readonly capabilities: FfmpegCapabilities;
  readonly onProgress?: OnProgress;
  readonly signal: AbortSignal;
}

/** Reading an image is mostly the start of FFmpeg; more at once would only compete for the cores. */
const AHEAD_MOST = 4;

/** Runs the model on every image, in order; the next images are decoded meanwhile. */
export async function* runDataset<P extends { readonly path: string }>(
  options: DatasetRun<P>,
): AsyncGenerator<ImageOutcome<P>, void, void> {
  const { pictures, predictor, onProgress, signal } = options;
  const depth = Math.min(AHEAD_MOST, availableParallelism());
  const ahead = pictures.slice(0, depth).map(async (picture) => decode(options, picture));
  for (const [index, picture] of pictures.entries()) {
    const still = await ahead.shift();
    const next = pictures[index + depth];
    if (next !== undefined) ahead.push(decode(options, next));
    signal.throwIfAborted();
    if (still instanceof LinesideError) yield { picture, failure: still.message };
    else if (still instanceof Error) throw new Error(`${picture.path}: ${still.message}`, { cause: still });
    else if (still !== undefined) {
      const answer = await predictor.predict(still.pixels, still.size);
      if (answer.status === 'no_result') yield { picture, failure: answer.reason };
      else yield { picture, size: still.size, seen: answer };
    }
    onProgress?.(index + 1, pictures.length);
  }
}

/** Never rejects, because nobody may be waiting for it any more; it resolves to the error. */
async function decode<P extends { readonly path: string }>(
  { predictor, capabilities, signal }: DatasetRun<P>,
  { path }: P,
): Promise<StillPicture | Error> {
  try {
    return await firstFrame({ path, input: predictor.spec.manifest.input, capabilities, signal });
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}
