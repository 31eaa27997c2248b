import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { UsageError } from '../errors/index.ts';
import { jpegSize } from './jpeg-size.ts';
import type { LabelledImage } from './labelled-set.ts';

export const SET_FORMS = ['yolo', 'coco'] as const;
export type SetForm = (typeof SET_FORMS)[number];

/** What was written. */
export interface WrittenSet {
  readonly folder: string;
  readonly form: SetForm;
  readonly images: number;
  readonly boxes: number;
  /** Images with nothing in them. */
  readonly empty: number;
  readonly labels: readonly string[];
  /** Images that were left out because their bytes are not here, or are no JPEG. */
  readonly without: number;
  /** Over names and hashes of all files: two sets with the same hash are the same. */
  readonly sha256: string;
}

interface Sized extends LabelledImage {
  readonly width: number;
  readonly height: number;
}

/**
 * Writes a labelled set for training and evaluation: images named by their hash, labels, and who said what about them
 * (`reviews.jsonl`). The same reviews give the same bytes. Throws UsageError where the folder is not empty.
 */
export async function writeSet(
  images: readonly LabelledImage[],
  bytesOf: (sha256: string) => Promise<Buffer | undefined>,
  { folder, form }: { readonly folder: string; readonly form: SetForm },
): Promise<WrittenSet> {
  await assertEmpty(folder);
  const files = new Map<string, string>();
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    files.set(name, createHash('sha256').update(content).digest('hex'));
    const parts = name.split('/');
    await mkdir(join(folder, ...parts.slice(0, -1)), { recursive: true });
    await writeFileAtomic(join(folder, ...parts), content);
  };
  const written: Sized[] = [];
  for (const image of images) {
    const bytes = image.stored ? await bytesOf(image.sha256) : undefined;
    const size = bytes && jpegSize(bytes);
    if (bytes === undefined || size === undefined) continue;
    await write(`images/${image.sha256}.jpg`, bytes);
    written.push({ ...image, ...size });
  }
  const labels = [...new Set(written.flatMap(({ boxes }) => boxes.map(({ label }) => label)))].sort();
  if (form === 'yolo') await writeYolo(written, labels, write);
  else await write('annotations.json', `${JSON.stringify(coco(written, labels), undefined, 1)}\n`);
  const said = written.flatMap(({ sha256, reviews }) => reviews.map((review) => JSON.stringify({ sha256, ...review })));
  await write('reviews.jsonl', said.map((line) => `${line}\n`).join(''));
  const all = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, hash]) => `${hash}  ${name}\n`);
  await writeFileAtomic(join(folder, 'SHA256SUMS'), all.join(''));
  return {
    ...{ folder, form, images: written.length, labels, without: images.length - written.length },
    boxes: written.reduce((sum, { boxes }) => sum + boxes.length, 0),
    empty: written.filter(({ boxes }) => boxes.length === 0).length,
    sha256: createHash('sha256').update(all.join('')).digest('hex'),
  };
}

/** `CLASS CX CY W H` in fractions of the image; an empty file says that nothing is there. */
async function writeYolo(
  images: readonly Sized[],
  labels: readonly string[],
  write: (name: string, content: string) => Promise<void>,
): Promise<void> {
  for (const { sha256, boxes } of images) {
    const lines = boxes.map(({ label, box: [x1, y1, x2, y2] }) =>
      [labels.indexOf(label), ...[(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((n) => n.toFixed(6))].join(' '),
    );
    await write(`labels/${sha256}.txt`, lines.map((line) => `${line}\n`).join(''));
  }
  await write('data.yaml', `path: .\ntrain: images\nval: images\nnames: ${JSON.stringify(labels)}\n`);
}

/** Boxes are `[x, y, width, height]` in pixels of the image. */
function coco(images: readonly Sized[], labels: readonly string[]): object {
  const annotations = images.flatMap(({ boxes, width, height }, image) =>
    boxes.map(({ label, box: [x1, y1, x2, y2] }) => {
      const bbox = [x1 * width, y1 * height, (x2 - x1) * width, (y2 - y1) * height].map((n) => Number(n.toFixed(2)));
      const area = Number(((bbox[2] ?? 0) * (bbox[3] ?? 0)).toFixed(2));
      return { image_id: image + 1, category_id: labels.indexOf(label) + 1, bbox, area, iscrowd: 0 };
    }),
  );
  return {
    images: images.map(({ sha256, width, height }, at) => ({ id: at + 1, file_name: `${sha256}.jpg`, width, height })),
    categories: labels.map((name, at) => ({ id: at + 1, name })),
    annotations: annotations.map((annotation, at) => ({ id: at + 1, ...annotation })),
  };
}

async function assertEmpty(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  throw new UsageError({
    code: 'export_folder_in_use',
    message: `${folder} is not empty`,
    advice: 'name a new folder: a set that is mixed with another one is neither',
  });
}
