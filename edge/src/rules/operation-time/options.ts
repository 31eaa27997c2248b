import { z } from 'zod';
import { duration, key } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

const limit = (description: string, example: string) =>
  duration()
    .optional()
    .meta(key({ description, unit: 'duration', restart: 'rule', example }));

export const TYPE = 'operation_time';

export const OPTIONS = ruleOptions(
  TYPE,
  {
    model: 'ppe',
    labels: ['person'],
    labelsAre: 'Labels of who or what is at the station during an operation.',
    minDuration: '2s',
    clearAfter: '5s',
    coolDown: '0s',
    maxUnobserved: '5m',
  },
  {
    per: z
      .enum(['station', 'object'])
      .default('station')
      .meta(
        key({
          description:
            'What one operation is: the time in which anybody or anything is at the station, or the time of each object.',
          restart: 'rule',
          example: 'object',
        }),
      ),
    min: limit('Shortest time of an operation. Without it none is too short.', '20s'),
    max: limit('Longest time of an operation. Without it none is too long.', '5m'),
    noneWithin: limit(
      'Longest time without an operation, of the time in which the camera is inspected. Without it none is missing.',
      '30m',
    ),
  },
).superRefine(({ min, max }, context) => {
  if (min === undefined || max === undefined || min.ms <= max.ms) return;
  context.addIssue({ code: 'custom', message: 'must not be longer than max', path: ['min'], input: min });
});
export type OperationTimeOptions = z.output<typeof OPTIONS>;
