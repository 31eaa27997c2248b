import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type CellGrid, inputSizeFor } from '@lineside/models';
import { type FfmpegCapabilities, isStillFile } from '../camera/index.ts';
import { stillImages } from '../predictor/index.ts';
import { TeachingError } from './errors.ts';
import { median } from './limit.ts';
import { inputOf } from './manifest.ts';
import type { PieceKind, TeachingFolder } from './state.ts';

/** The image files of a folder, in the order of their names. Throws TeachingError where there are none. */
export async function imageFiles(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => undefined);
  const found = (names ?? []).filter(isStillFile).toSorted();
  if (found.length === 0) {
    const message = names === undefined ? `there is no folder ${dir}` : `${dir} holds no images`;
    throw new TeachingError('pieces_missing', message, 'name a folder with JPEG or PNG files, one piece on each');
  }
  return found.map((name) => join(dir, name));
}

/** The input for these images: of their middle shape. */
export async function gridForImages(files: readonly string[]): Promise<CellGrid> {
  const aspects: number[] = [];
  for (const file of files.slice(0, 200)) {
    const size = await sharp(file)
      .metadata()
      .catch(() => undefined);
    if (size !== undefined) aspects.push(size.width / size.height);
  }
  return inputSizeFor(aspects.length === 0 ? 1 : median(aspects));
}

export interface ImagesTask {
  readonly folder: TeachingFolder;
  readonly kind: PieceKind;
  readonly files: readonly string[];
  readonly capabilities: FfmpegCapabilities;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Adds each image as one piece, scaled as cameras are. Returns the files that cannot be read, with the reason. */
export async function collectImages(
  task: ImagesTask,
): Promise<readonly { readonly file: string; readonly reason: string }[]> {
  const { folder, kind, capabilities, signal } = task;
  const files = task.files.filter((file) => !folder.has(kind, file));
  const unreadable: { file: string; reason: string }[] = [];
  let done = 0;
  for await (const image of stillImages(files, { input: inputOf(folder.grid), capabilities, signal })) {
    const file = files[done] ?? '';
    if (image instanceof Error) unreadable.push({ file, reason: image.message });
    else await folder.add(kind, file, image.pixels);
    done += 1;
    task.onProgress?.(done, files.length);
    if (done % 50 === 0) await folder.save();
  }
  await folder.save();
  return unreadable;
}
