import { z } from 'zod';
import { duration, fraction, id, key, labels } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const PRODUCT_LABELS = ['product'];

const Part = z
  .strictObject({
    id: id().meta(key({ description: 'Name of the part in the details of events.', restart: 'rule', example: 'cap' })),
    labels: labels()
      .optional()
      .meta(
        key({
          description: 'Labels of the model that show the part. Default: its name.',
          restart: 'rule',
          example: ['cap', 'sports_cap'],
        }),
      ),
    wrong: labels()
      .optional()
      .meta(
        key({
          description: 'Labels that show a wrong part in its place: the product then has a defect.',
          restart: 'rule',
          example: ['red_cap'],
        }),
      ),
    at: z
      .tuple([z.number(), z.number(), z.number(), z.number()])
      .default([0, 0, 1, 1])
      .meta(
        key({
          description:
            "Where the centre of the part must be: left, top, right and bottom as fractions of the product's box. Values below 0 and above 1 are beside the box.",
          unit: 'fractions of the box',
          restart: 'rule',
          example: [0, -0.2, 1, 0.3],
        }),
      ),
  })
  .meta({ description: 'A part that every product must have.' });

export const OPTIONS = ruleOptions(
  'product_defect',
  {
    model: 'defect',
    labels: ['defect'],
    labelsAre: 'Labels of a defect.',
    // Judged by the votes of frames while the product passes, not by time.
    minDuration: '0s',
    clearAfter: '1s',
    coolDown: '0s',
    maxUnobserved: '1m',
  },
  {
    productLabels: labels()
      .default([...PRODUCT_LABELS])
      .meta(key({ description: 'Labels of a product.', restart: 'rule', example: ['bottle'] })),
    minSightings: z
      .int()
      .min(2)
      .max(1000)
      .default(3)
      .meta(
        key({
          description: 'Frames of one product that must show the same kind of defect before an event opens.',
          unit: 'frames',
          restart: 'rule',
          example: 2,
        }),
      ),
    minFraction: fraction()
      .default(0.5)
      .meta(
        key({
          description:
            'Least fraction of the frames in which the product could be judged, over `voteWindow`, that must show it. A missing part must be missing in at least 0.6 of them.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.4,
        }),
      ),
    voteWindow: duration()
      .prefault('3s')
      .meta(
        key({
          description: 'Over how long the frames of one product vote.',
          unit: 'duration',
          restart: 'rule',
          example: '2s',
        }),
      ),
    minLoneSightings: z
      .int()
      .min(2)
      .max(1000)
      .default(6)
      .meta(
        key({
          description:
            'The same as `minSightings` for a defect that lies on no detected product: more often a hand or a shadow than a defect. A model without a label of `productLabels` needs `minSightings` for each.',
          unit: 'frames',
          restart: 'rule',
          example: 3,
        }),
      ),
    parts: z
      .array(Part)
      .max(16)
      .default([])
      .meta(
        key({
          description:
            'Parts that every product must have, judged in the frames that show it completely. A missing or a wrong part is a defect.',
          restart: 'rule',
          example: [{ id: 'cap', at: [0, -0.2, 1, 0.3] }],
        }),
      ),
    anomalyModel: id()
      .optional()
      .meta(
        key({
          description:
            'Anomaly model among the `stages` of the camera, whose crops are the products: it judges the look of each product.',
          restart: 'rule',
          example: 'bottle-look',
        }),
      ),
    anomalyLimit: z
      .number()
      .positive()
      .optional()
      .meta(
        key({
          description:
            "Score from which a product looks wrong, on the model's own scale. Default: the limit of the model.",
          restart: 'rule',
          example: 12.5,
        }),
      ),
    anomalyClearLimit: z
      .number()
      .positive()
      .optional()
      .meta(
        key({
          description: 'Score from which it goes on to look wrong once it did. Default: 0.8 of the limit.',
          restart: 'rule',
          example: 10,
        }),
      ),
  },
);
export type ProductDefectOptions = z.output<typeof OPTIONS>;
