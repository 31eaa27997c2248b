import type { ModelManifest } from '../../inference/index.ts';

/** What a model answers: boxes, a class of the whole picture, how unusual the picture is. */
export type Answers = 'detect' | 'classify' | 'anomaly';

export function answersOf({ output }: Pick<ModelManifest, 'output'>): Answers {
  if (output.family === 'classify') return 'classify';
  return output.family === 'anomaly' || output.family === 'autoencoder' ? 'anomaly' : 'detect';
}
