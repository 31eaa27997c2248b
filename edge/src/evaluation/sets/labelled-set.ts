import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Box, Point } from '../../domain/index.ts';
import { EvaluationError } from '../errors.ts';

export const SET_FORMS = ['yolo', 'folders', 'mask'] as const;
export type SetForm = (typeof SET_FORMS)[number];

/** An image of a set. `name` is its path inside the set's folder. */
export interface LabelledPicture {
  readonly path: string;
  readonly name: string;
}

/** Objects with boxes, some with outlines, as fractions of the image; `label` is one of the set's. */
export interface BoxedPicture extends LabelledPicture {
  readonly truth: readonly { readonly label: string; readonly box: Box; readonly polygon?: readonly Point[] }[];
}

export interface ClassedPicture extends LabelledPicture {
  readonly label: string;
}

/** `mask` is an image in which every pixel that is not black is defective; left out where there is none. */
export interface MaskedPicture extends LabelledPicture {
  readonly defect: boolean;
  readonly mask?: string;
}

/** Images with their labels, in order of their names. */
export type LabelledSet =
  | { readonly form: 'yolo'; readonly labels: readonly string[]; readonly pictures: readonly BoxedPicture[] }
  | { readonly form: 'folders'; readonly labels: readonly string[]; readonly pictures: readonly ClassedPicture[] }
  | { readonly form: 'mask'; readonly pictures: readonly MaskedPicture[] };

const PICTURE = /\.(jpe?g|png|bmp|webp|tiff?)$/i;

/** Images in `dir` and below, as paths inside it, in order. */
export async function picturesBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** Name of a file without its ending. */
export function stem(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '');
}

/** @throws EvaluationError `set_missing` when the list is empty. */
export function mustHavePictures<T>(dir: string, pictures: readonly T[]): readonly T[] {
  if (pictures.length > 0) return pictures;
  throw new EvaluationError('set_missing', `${dir} contains no labelled images`);
}
