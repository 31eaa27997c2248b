import { join } from 'node:path';
import { EvaluationError } from '../errors.ts';
import { readFolderSet } from './folder-set.ts';
import { isFolder, type LabelledSet, type SetForm } from './labelled-set.ts';
import { readMaskSet } from './mask-set.ts';
import { readYoloSet } from './yolo-set.ts';

export interface SetRequest {
  /** Absolute. */
  readonly dir: string;
  readonly form: SetForm;
  /** Of the classes of a `yolo` set, in the order of their numbers; looked for in the set when left out. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Reads a labelled set.
 *
 * @throws EvaluationError when the folder is missing, contains something else, or cannot be understood.
 */
export async function readSet({ dir, form, names }: SetRequest): Promise<LabelledSet> {
  if (!(await isFolder(dir))) throw new EvaluationError('set_missing', `${dir}: there is no such folder`);
  switch (form) {
    case 'yolo':
      return readYoloSet(dir, names);
    case 'folders':
      return readFolderSet(dir);
    case 'mask':
      return readMaskSet(dir);
  }
}

/** What a folder most probably contains, for a model of this task. */
export async function guessForm(dir: string, task: string): Promise<SetForm> {
  if (task === 'anomaly' || task === 'classify') return task === 'anomaly' ? 'mask' : 'folders';
  const known = (await isFolder(join(dir, 'labels'))) || (await isFolder(join(dir, 'images')));
  return known || task === 'detect' || task === 'segment' ? 'yolo' : 'folders';
}
