import { WEEKDAYS } from '@lineside/protocol/coverage';
import { z } from 'zod';
import { duration, key, timeOfDay } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

/** A time of every day, or of some days. */
const DueTime = z.union([
  timeOfDay(),
  z
    .strictObject({
      at: timeOfDay().meta(
        key({
          description: 'Time at which a cleaning is due.',
          unit: 'time of the day',
          restart: 'rule',
          example: '14:00',
        }),
      ),
      days: z
        .array(z.enum(WEEKDAYS))
        .min(1)
        .max(7)
        .meta(key({ description: 'Days on which it is due.', restart: 'rule', example: ['fri'] })),
    })
    .meta({ description: 'A time of some days.' }),
]);
/** Minutes since midnight. */
export type DueTime = number | { readonly at: number; readonly days: readonly (typeof WEEKDAYS)[number][] };

export const OPTIONS = ruleOptions(
  'cleaning',
  {
    model: 'ppe',
    labels: ['person'],
    labelsAre: 'Labels of who or what cleans: a person, or a cleaning object such as a mop.',
    minDuration: '2m',
    clearAfter: '30s',
    coolDown: '0s',
    maxUnobserved: '10m',
  },
  {
    interval: duration()
      .optional()
      .meta(
        key({
          description:
            'Longest time between two cleanings. Without `interval` and `dueAt` it is a day; with `dueAt` alone there is none.',
          unit: 'duration',
          restart: 'rule',
          example: '8h',
        }),
      ),
    dueAt: z
      .array(DueTime)
      .min(1)
      .max(24)
      .optional()
      .meta(
        key({
          description:
            'Times at which a cleaning is due, by the clock of the line: of each day, or of some days as `{at: "14:00", days: [fri]}`.',
          unit: 'times of the day',
          restart: 'rule',
          example: ['10:00', '18:00'],
        }),
      ),
    early: duration()
      .prefault('1h')
      .meta(
        key({
          description: 'How long before a time of `dueAt` a cleaning may be to count for it.',
          unit: 'duration',
          restart: 'rule',
          example: '30m',
        }),
      ),
    grace: duration()
      .prefault('30m')
      .meta(
        key({
          description: 'How long after a time of `dueAt` a cleaning may be before it is overdue.',
          unit: 'duration',
          restart: 'rule',
          example: '15m',
        }),
      ),
  },
);
export type CleaningOptions = z.output<typeof OPTIONS>;
