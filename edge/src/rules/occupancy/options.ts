import { z } from 'zod';
import { duration, key } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

const count = () => z.int().min(0).max(1000);

export const OPTIONS = ruleOptions(
  'occupancy',
  {
    model: 'ppe',
    labels: ['person'],
    labelsAre: 'Labels of what is counted in the zone.',
    minDuration: '3s',
    clearAfter: '3s',
    coolDown: '5s',
    maxUnobserved: '5m',
  },
  {
    max: count()
      .optional()
      .meta(
        key({
          description:
            'Most people that may be in the zone; 0 is a zone in which nobody may be. Without `max`, `min` and `aloneAfter` it is 0.',
          unit: 'people',
          restart: 'rule',
          example: 4,
        }),
      ),
    min: count()
      .optional()
      .meta(
        key({
          description: 'Fewest people that must be in the zone.',
          unit: 'people',
          restart: 'rule',
          example: 1,
        }),
      ),
    aloneAfter: duration()
      .optional()
      .meta(
        key({
          description: 'How long one person may be alone in the zone. In place of `minDuration` for this condition.',
          unit: 'duration',
          restart: 'rule',
          example: '10m',
        }),
      ),
  },
).superRefine(({ min, max }, context) => {
  if (min === undefined || max === undefined || min <= max) return;
  context.addIssue({ code: 'custom', message: `must not be greater than max (${max})`, path: ['min'], input: min });
});
export type OccupancyOptions = z.output<typeof OPTIONS>;
