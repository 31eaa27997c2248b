import { messageOf } from '@lineside/kit';
import { decodeImages, imagesPerBatch, isStillFile } from '../camera/index.ts';
import { firstFrame, formatOf, type StillPicture, type StillRequest } from './first-frame.ts';

export interface StillsRequest extends Required<Omit<StillRequest, 'path'>> {
  /** Also each image in the size of its source, to draw on. */
  readonly whole?: boolean;
}

/**
 * The first frame of each file in the form of a model's input, in order, or the error that decoding it gave. One FFmpeg
 * decodes many images, and the next ones while these are used; its start costs more than most images.
 */
export async function* stillImages(
  paths: readonly string[],
  request: StillsRequest,
): AsyncGenerator<StillPicture | Error, void, void> {
  const format = formatOf(request.input);
  let at = 0;
  let wholeBytes = 0;
  const decodeNext = (): Promise<readonly (StillPicture | Error)[]> | undefined => {
    const batch = paths.slice(at, at + imagesPerBatch(format, wholeBytes));
    at += batch.length;
    return batch.length === 0 ? undefined : decodeBatch(batch, request);
  };
  let next = decodeNext();
  while (next !== undefined) {
    const images = await next;
    for (const image of images) {
      if (!(image instanceof Error)) wholeBytes = Math.max(wholeBytes, image.whole?.length ?? 0);
    }
    next = decodeNext();
    yield* images;
  }
}

/** Never rejects, because nobody may be waiting for it any more; it resolves to the errors. */
async function decodeBatch(
  paths: readonly string[],
  request: StillsRequest,
): Promise<readonly (StillPicture | Error)[]> {
  const { input, whole = false, capabilities, signal } = request;
  try {
    const together =
      (whole || paths.length > 1) && paths.every(isStillFile)
        ? await decodeImages(paths, { format: formatOf(input), whole, capabilities, signal })
        : undefined;
    if (together !== undefined) return together.map(({ source, ...image }) => ({ ...image, size: source }));
  } catch (error) {
    return paths.map(() => asError(error));
  }
  const alone: (StillPicture | Error)[] = [];
  for (const path of paths) alone.push(await decodeAlone(path, request).catch(asError));
  return alone;
}

async function decodeAlone(path: string, { whole, ...request }: StillsRequest): Promise<StillPicture> {
  const image = await firstFrame({ path, ...request });
  if (whole !== true) return image;
  const { capabilities, signal } = request;
  return { ...image, whole: (await firstFrame({ path, capabilities, signal })).pixels };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
