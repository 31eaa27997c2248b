import type { z } from 'zod';
import { fraction, key } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const OPTIONS = ruleOptions(
  'spill',
  {
    model: 'sanitation',
    labels: ['spill', 'litter'],
    labelsAre: 'Labels of what must not lie in the zone.',
    minDuration: '10s',
    clearAfter: '30s',
    coolDown: '5s',
    maxUnobserved: '30m',
  },
  {
    minZoneFraction: fraction()
      .default(0.5)
      .meta(
        key({
          description: "Least fraction of the object's box that lies in the zone, or of the zone that the box covers.",
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.3,
        }),
      ),
  },
);
export type SpillOptions = z.output<typeof OPTIONS>;
