import { messageOf } from '@lineside/kit';
import { decodeImages, imagesPerBatch, isStillFile } from '../camera/index.ts';
import { firstFrame, formatOf, type StillPicture, type StillRequest } from './first-frame.ts';

/**
 * The first frame of each file in the form of a model's input, in order, or the error that decoding it gave. One FFmpeg
 * decodes many images, and the next ones while these are used; its start costs more than most images.
 */
export async function* stillImages(
  paths: readonly string[],
  request: Required<Omit<StillRequest, 'path'>>,
): AsyncGenerator<StillPicture | Error, void, void> {
  const most = imagesPerBatch(formatOf(request.input));
  const batches = Array.from({ length: Math.ceil(paths.length / most) }, (_, n) =>
    paths.slice(n * most, (n + 1) * most),
  );
  let next = batches[0] === undefined ? undefined : decodeBatch(batches[0], request);
  for (const n of batches.keys()) {
    const images = await next;
    const following = batches[n + 1];
    next = following === undefined ? undefined : decodeBatch(following, request);
    yield* images ?? [];
  }
}

/** Never rejects, because nobody may be waiting for it any more; it resolves to the errors. */
async function decodeBatch(
  paths: readonly string[],
  request: Required<Omit<StillRequest, 'path'>>,
): Promise<readonly (StillPicture | Error)[]> {
  const { input, capabilities, signal } = request;
  try {
    const together =
      paths.length > 1 && paths.every(isStillFile)
        ? await decodeImages(paths, { format: formatOf(input), capabilities, signal })
        : undefined;
    if (together !== undefined) return together.map(({ pixels, source }) => ({ pixels, size: source }));
  } catch (error) {
    return paths.map(() => asError(error));
  }
  const alone: (StillPicture | Error)[] = [];
  for (const path of paths) alone.push(await firstFrame({ path, ...request }).catch(asError));
  return alone;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
