import { z } from 'zod';
import { fraction, id, key } from '../../fields/index.ts';
import { PROVIDERS } from './inference.ts';

export const Model = z
  .strictObject({
    id: id().meta(
      key({
        description: 'Name by which cameras and rules refer to the model.',
        restart: 'model',
        example: 'caps',
      }),
    ),
    ref: z
      .string()
      .min(1)
      .meta(
        key({
          description:
            'A model of the catalog (`ppe`), the folder of a bundle (`./caps`), or an ONNX file (`./caps.onnx`). A relative path starts at the folder of the configuration file.',
          restart: 'model',
          example: './models/caps',
        }),
      ),
    minScore: fraction()
      .optional()
      .meta(
        key({
          description: "Lowest score that counts as a detection. Default: the manifest's threshold.",
          unit: 'fraction 0 to 1',
          restart: 'model',
          example: 0.5,
        }),
      ),
    minScores: z
      .record(z.string().min(1), fraction())
      .optional()
      .meta(
        key({
          description:
            'Lowest score that counts, for single labels of the model. They go before `minScore` and the manifest.',
          unit: 'fraction 0 to 1',
          restart: 'model',
          example: { bare_head: 0.35 },
        }),
      ),
    proven: z
      .boolean()
      .optional()
      .meta(
        key({
          description:
            'Set it once the model was measured on images of this site (`lineside model eval`) and is good enough: a model that ships as a demonstration is then no longer marked as one.',
          restart: 'model',
          example: true,
        }),
      ),
    expectedProvider: z
      .enum(PROVIDERS)
      .optional()
      .meta(
        key({
          description:
            'Overrides `inference.expectedProvider` for this model. Write `cpu` for a model that need not run on the accelerator.',
          restart: 'model',
          example: 'cpu',
        }),
      ),
  })
  .meta({ description: 'One model that is not taken from the catalog as it is.' });
