import { familyOf } from '@lineside/models';
import type { ModelManifest } from '../inference/index.ts';

/** What a model predicts: boxes, a class of the entire image, or how anomalous the image is. */
export type Task = 'detect' | 'classify' | 'anomaly';

export function taskOf({ output }: Pick<ModelManifest, 'output'>): Task {
  const { task } = familyOf(output.family);
  return task === 'segment' ? 'detect' : task;
}
