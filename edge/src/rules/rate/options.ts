import { z } from 'zod';
import { duration, key } from '../../fields/index.ts';
import { lineOption } from '../crossing/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const OPTIONS = ruleOptions(
  'rate',
  {
    model: 'defect',
    labels: ['product'],
    labelsAre: 'Labels of the products whose rate is judged, all together.',
    minDuration: '30s',
    clearAfter: '30s',
    coolDown: '1m',
    maxUnobserved: '5m',
  },
  {
    line: lineOption(),
    window: duration()
      .prefault('1m')
      .meta(
        key({
          description: 'Time over which products are counted. At least 0.9 of it must have been inspected.',
          unit: 'duration',
          restart: 'rule',
          example: '5m',
        }),
      ),
    minRate: z
      .number()
      .min(0)
      .optional()
      .meta(
        key({ description: 'Least rate. Default: none.', unit: 'products a minute', restart: 'rule', example: 40 }),
      ),
    maxRate: z
      .number()
      .min(0)
      .optional()
      .meta(
        key({ description: 'Greatest rate. Default: none.', unit: 'products a minute', restart: 'rule', example: 90 }),
      ),
  },
);
export type RateOptions = z.output<typeof OPTIONS>;
