import { join, sep } from 'node:path';
import { type LabelledSet, type MaskedPicture, mustHavePictures, picturesBelow, stem } from './labelled-set.ts';

const GOOD = /^(good|normal|ok)(?![a-z])/i;
const MASKS = new Set(['mask', 'masks', 'ground_truth', 'gt']);
const TRAINING = 'train';

/**
 * Good and defective images for anomaly models. An image is good where its file or a folder above it is named so
 * (`good/`, `normal-3.png`), else defective. Masks are below `masks/` or `ground_truth/` with the image's name, with
 * or without `_mask`, in the same folders as the images. Images below `train/` are left out.
 */
export async function readMaskSet(dir: string): Promise<LabelledSet> {
  const files = await picturesBelow(dir);
  const masks = new Map(files.filter(isMask).map((file) => [maskKey(file), file]));
  const shown = files.filter((file) => !isMask(file) && file.split(sep)[0] !== TRAINING);
  const pictures = shown.map((file): MaskedPicture => {
    const mask = masks.get(pictureKey(file)) ?? masks.get(stem(file));
    const defect = !file.split(sep).some((part) => GOOD.test(part));
    return { path: join(dir, file), name: file, defect, ...(mask === undefined ? {} : { mask: join(dir, mask) }) };
  });
  return { form: 'mask', pictures: mustHavePictures(dir, pictures) };
}

function isMask(file: string): boolean {
  return file
    .split(sep)
    .slice(0, -1)
    .some((part) => MASKS.has(part.toLowerCase()));
}

/** What comes after the folder of the masks, without ending and `_mask`: `scratch/003`. */
function maskKey(file: string): string {
  const parts = file.split(sep);
  const from = parts.findIndex((part) => MASKS.has(part.toLowerCase())) + 1;
  return [...parts.slice(from, -1), stem(file).replace(/_mask$/, '')].join('/');
}

/** The image's last folder and name, or its name alone where it is in `images/`. */
function pictureKey(file: string): string {
  const folders = file
    .split(sep)
    .slice(0, -1)
    .filter((part) => !['images', 'test'].includes(part));
  return [...folders, stem(file)].join('/');
}
