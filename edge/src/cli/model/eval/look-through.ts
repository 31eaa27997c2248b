import type { FfmpegCapabilities } from '../../../camera/index.ts';
import type { PictureSize, Seen } from '../../../domain/index.ts';
import { LinesideError, messageOf } from '../../../kit/index.ts';
import type { Detector } from '../../detect/detector.ts';
import { firstFrame, type StillPicture } from '../first-frame.ts';
import type { Progress } from '../progress.ts';

/** What became of one picture. Without a result it is left out of every figure, and said so. */
export type Look<P> =
  | { readonly picture: P; readonly size: PictureSize; readonly seen: Seen }
  | { readonly picture: P; readonly failure: string };

export interface LookThrough<P> {
  readonly pictures: readonly P[];
  readonly detector: Detector;
  readonly capabilities: FfmpegCapabilities;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Shows every picture to the model, in order; the next one is decoded meanwhile. */
export async function* lookThrough<P extends { readonly path: string }>(
  options: LookThrough<P>,
): AsyncGenerator<Look<P>, void, void> {
  const { pictures, detector, progress } = options;
  let ahead = decode(options, pictures[0]);
  for (const [index, picture] of pictures.entries()) {
    const still = await ahead;
    ahead = decode(options, pictures[index + 1]);
    if (still instanceof LinesideError) yield { picture, failure: still.message };
    else if (still !== undefined) {
      const answer = await detector.look(still.pixels, still.size);
      if (answer.status === 'no_result') yield { picture, failure: answer.reason };
      else yield { picture, size: still.size, seen: answer };
    }
    progress.step(index + 1, pictures.length);
  }
}

/** Never rejects but when stopped: a picture that cannot be read is an answer. */
async function decode<P extends { readonly path: string }>(
  { detector, capabilities, signal }: LookThrough<P>,
  picture: P | undefined,
): Promise<StillPicture | LinesideError | undefined> {
  if (picture === undefined) return undefined;
  const request = { path: picture.path, input: detector.spec.manifest.input, capabilities, signal };
  return firstFrame(request).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof LinesideError) return error;
    throw new Error(`${picture.path}: ${messageOf(error)}`, { cause: error });
  });
}
