import { z } from 'zod';
import { id, key } from '../../fields/index.ts';
import { signalRuleOptions } from '../rule-options.ts';

const limit = () => z.number().positive();

export const OPTIONS = signalRuleOptions('weight', {
  signal: id().meta(
    key({
      description:
        'Number signal with the weight. Each reading that is received is one item, unless there is a `trigger`.',
      restart: 'rule',
      example: 'scale-1',
    }),
  ),
  trigger: id()
    .optional()
    .meta(
      key({
        description:
          'Signal whose change means that there is a new item, such as the counter of the scale. The weight at that moment is its weight.',
        restart: 'rule',
        example: 'scale-count',
      }),
    ),
  nominal: limit().meta(
    key({ description: 'Nominal weight, in the unit of the signal.', restart: 'rule', example: 500 }),
  ),
  tare: z
    .number()
    .min(0)
    .default(0)
    .meta(key({ description: 'Weight of the packing, taken off each weight.', restart: 'rule', example: 12.5 })),
  tolerance: limit()
    .optional()
    .meta(
      key({
        description:
          'Tolerable negative error. An item below the nominal weight by more is in class T1, by more than twice as much in T2. Default: by the table of Directive 76/211/EEC, for a weight in grams.',
        restart: 'rule',
        example: 15,
      }),
    ),
  maxOver: limit()
    .optional()
    .meta(
      key({
        description: 'An item above the nominal weight by more is too heavy. Default: twice the tolerance.',
        restart: 'rule',
        example: 20,
      }),
    ),
  window: z
    .int()
    .min(5)
    .max(1000)
    .default(50)
    .meta(
      key({
        description: 'Latest items over which the average and the fraction in class T1 are taken.',
        unit: 'items',
        restart: 'rule',
        example: 100,
      }),
    ),
  maxT1Fraction: z
    .number()
    .min(0)
    .max(1)
    .default(0.025)
    .meta(
      key({
        description: 'Greatest fraction of the window that may be in class T1.',
        unit: 'fraction 0 to 1',
        restart: 'rule',
        example: 0.05,
      }),
    ),
  clearItems: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .meta(
      key({
        description: 'Items in a row without the fault that close an event.',
        unit: 'items',
        restart: 'rule',
        example: 10,
      }),
    ),
});
export type WeightOptions = z.output<typeof OPTIONS>;
