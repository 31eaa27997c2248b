import type { ModelManifest } from '../inference/index.ts';

/** What a model predicts: boxes, a class of the entire image, or how anomalous the image is. */
export type Task = 'detect' | 'classify' | 'anomaly';

export function taskOf({ output }: Pick<ModelManifest, 'output'>): Task {
  if (output.family === 'classify') return 'classify';
  return output.family === 'anomaly' || output.family === 'autoencoder' ? 'anomaly' : 'detect';
}
