import { z } from 'zod';
import { key, labels } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const PRODUCT_LABELS = ['product'];

export const OPTIONS = ruleOptions(
  'product_defect',
  {
    model: 'defect',
    labels: ['defect'],
    labelsAre: 'Labels of a defect.',
    // Judged by the number of sightings while the product passes, not by time.
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
      .default(2)
      .meta(
        key({
          description: 'Frames of one product in which a defect must be detected before an event opens.',
          unit: 'frames',
          restart: 'rule',
          example: 3,
        }),
      ),
  },
);
export type ProductDefectOptions = z.output<typeof OPTIONS>;
