import { z } from 'zod';
import { duration, id, key, timeOfDay } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

const PlannedStop = z
  .strictObject({
    from: timeOfDay().meta(
      key({ description: 'Time at which it starts.', unit: 'time of the day', restart: 'rule', example: '09:30' }),
    ),
    to: timeOfDay().meta(
      key({ description: 'Time at which it ends.', unit: 'time of the day', restart: 'rule', example: '09:45' }),
    ),
  })
  .meta({ description: 'One planned stop of every day.' });

export const OPTIONS = ruleOptions(
  'downtime',
  {
    model: 'defect',
    labels: ['product'],
    labelsAre: 'Labels of the products that a running line shows.',
    minDuration: '0s',
    clearAfter: '2s',
    coolDown: '0s',
    maxUnobserved: '10m',
  },
  {
    noProductFor: duration()
      .prefault('30s')
      .meta(
        key({
          description: 'The line stands when no product was seen for so long.',
          unit: 'duration',
          restart: 'rule',
          example: '2m',
        }),
      ),
    stateSignal: id()
      .optional()
      .meta(
        key({
          description:
            'Signal with the state of the line. While it is good it decides, with `runningValues`; while it is bad or stale, products decide.',
          restart: 'rule',
          example: 'line-state',
        }),
      ),
    runningValues: z
      .array(z.string().min(1).max(64))
      .min(1)
      .default(['running', 'true', '1', 'Execute', '6'])
      .meta(
        key({
          description: 'Values of `stateSignal` with which the line runs. Every other value is a stop.',
          restart: 'rule',
          example: ['running', 'starting'],
        }),
      ),
    reasonSignal: id()
      .optional()
      .meta(key({ description: 'Signal with the reason of a stop.', restart: 'rule', example: 'stop-reason' })),
    plannedStops: z
      .array(PlannedStop)
      .default([])
      .meta(
        key({
          description:
            'Parts of the day in which a stop is planned, in the time zone of the line: it does not count, and an open event is closed.',
          restart: 'rule',
          example: [{ from: '09:30', to: '09:45' }],
        }),
      ),
  },
);
export type DowntimeOptions = z.output<typeof OPTIONS>;
