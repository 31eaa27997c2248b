/** Autoencoders that learned good images only: what they cannot reconstruct is unusual. */
import { defineFamily } from '../family.ts';
import { STRETCHED, UNIT_RANGE } from '../images.ts';
import { autoencoder as decoder } from './decode.ts';
import { recognise } from './recognise.ts';
import { scoresOf } from './resolve.ts';

export const autoencoder = defineFamily({
  name: 'autoencoder',
  task: 'anomaly',
  document: {
    outputs: 'the input image, reconstructed; what the model could not reconstruct is unusual',
    options:
      "`threshold` on the model's own scale (the manifest's score threshold), `pixelThreshold` (no outline), `mapOutput`",
  },
  images: { usual: { color: 'rgb', ...UNIT_RANGE, letterbox: STRETCHED, thresholds: { score: 0.5, iou: 0.45 } } },
  reconstructsInput: true,
  // An output with the input's shape is its reconstruction, even where it is called a map.
  precedence: 1,
  recognise,
  scoresAreProbabilities: () => false,
  scoresOf,
  decoder,
});
