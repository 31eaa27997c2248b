import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { EvaluationError } from '../errors.ts';
import { classNames } from './class-names.ts';
import { type BoxedPicture, isFolder, type LabelledSet, mustHavePictures, picturesBelow } from './labelled-set.ts';
import { parseYoloLabels } from './yolo-labels.ts';

const PARTS = ['valid', 'val', 'test'];

/** Images below `images/` with text files of the same names below `labels/`; an image without one has no objects. */
export async function readYoloSet(dir: string, names?: readonly string[]): Promise<LabelledSet> {
  const images = join(dir, 'images');
  if (!(await isFolder(images))) {
    const parts = await Promise.all(
      PARTS.map(async (part) => ((await isFolder(join(dir, part, 'images'))) ? part : [])),
    );
    const advice =
      parts.flat().length === 0 ? undefined : `name one part of the set, such as ${join(dir, parts.flat()[0] ?? '')}`;
    throw new EvaluationError('set_form', `${dir} has no folder images`, advice);
  }
  const labels = names ?? (await classNames(dir));
  const files = mustHavePictures(dir, await picturesBelow(images));
  const texts = await Promise.all(files.map((file) => textOf(join(dir, 'labels', file.replace(/\.[^.]+$/, '.txt')))));
  if (texts.every((text) => text === undefined)) {
    throw new EvaluationError('set_form', `${join(dir, 'labels')} has no file that belongs to an image`);
  }
  const pictures = files.map((file, index): BoxedPicture => {
    const name = join('labels', file.replace(/\.[^.]+$/, '.txt'));
    const truth = parseYoloLabels(texts[index] ?? '', name).map(({ classId, ...shape }) => {
      const label = labels[classId];
      if (label !== undefined) return { label, ...shape };
      throw new EvaluationError('names_missing', `${name} has class ${classId}, but there are ${labels.length} names`);
    });
    return { path: join(images, file), name: file, truth };
  });
  return { form: 'yolo', labels, pictures };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
