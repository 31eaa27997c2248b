import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClassedPicture, type LabelledSet, mustHavePictures, picturesBelow } from './labelled-set.ts';

/** One folder per class, named after it. */
export async function readFolderSet(dir: string): Promise<LabelledSet> {
  const entries = await readdir(dir, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const pictures = await Promise.all(
    folders.sort().map(async (label): Promise<readonly ClassedPicture[]> => {
      const files = await picturesBelow(join(dir, label));
      return files.map((file) => ({ path: join(dir, label, file), name: join(label, file), label }));
    }),
  );
  const used = folders.filter((_, index) => (pictures[index] ?? []).length > 0);
  return { form: 'folders', labels: used, pictures: mustHavePictures(dir, pictures.flat()) };
}
