import type { FfmpegCapabilities } from '../../camera/index.ts';
import type { PictureSize, InferenceOutput } from '../../domain/index.ts';
import { LinesideError } from '@lineside/kit';
import { type Predictor, stillImages } from '../../predictor/index.ts';
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

/** Runs the model on every image, in order; the next images are decoded meanwhile. */
export async function* runDataset<P extends { readonly path: string }>(
  options: DatasetRun<P>,
): AsyncGenerator<ImageOutcome<P>, void, void> {
  const { pictures, predictor, capabilities, onProgress, signal } = options;
  const stills = stillImages(
    pictures.map(({ path }) => path),
    { input: predictor.spec.manifest.input, capabilities, signal },
  );
  let index = 0;
  for await (const still of stills) {
    const picture = pictures[index++];
    if (picture === undefined) return;
    signal.throwIfAborted();
    if (still instanceof LinesideError) yield { picture, failure: still.message };
    else if (still instanceof Error) throw new Error(`${picture.path}: ${still.message}`, { cause: still });
    else {
      const answer = await predictor.predict(still.pixels, still.size);
      if (answer.status === 'no_result') yield { picture, failure: answer.reason };
      else yield { picture, size: still.size, seen: answer };
    }
    onProgress?.(index, pictures.length);
  }
}
