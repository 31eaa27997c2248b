/** Anomaly detection as anomalib exports it: a score, a map, or both. */
import { defineFamily } from '../family.ts';
import { anomaly as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { images, scoresOf } from './resolve.ts';

export const anomaly = defineFamily({
  name: 'anomaly',
  task: 'anomaly',
  document: {
    outputs: 'score and map, either may be missing',
    options:
      "`threshold` on the model's own scale (the manifest's score threshold), `pixelThreshold` (no outline), `mapOutput`",
    images: 'score and map (anomalib 2): from 0 to 1',
  },
  images,
  recognise,
  scoresAreProbabilities: () => false,
  scoresOf,
  decoder,
});
