import { z } from 'zod';
import { duration, id, key } from '../../fields/index.ts';
import { signalRuleOptions } from '../rule-options.ts';

export const OPTIONS = signalRuleOptions('maintenance', {
  updateInterval: duration()
    .prefault('1h')
    .meta(
      key({
        description: 'Time between two reports of an event that stays open.',
        unit: 'duration',
        restart: 'rule',
        example: '8h',
      }),
    ),
  interval: duration()
    .optional()
    .meta(
      key({
        description:
          'Longest time between two services, whether or not the machine runs. Without `interval`, `maxRunning` and `maxCount` it is 30 days; with one of the others alone there is none.',
        unit: 'duration',
        restart: 'rule',
        example: '90d',
      }),
    ),
  maxRunning: duration()
    .optional()
    .meta(
      key({
        description: 'Longest time that the machine may run between two services. Needs `stateSignal`.',
        unit: 'duration',
        restart: 'rule',
        example: '500h',
      }),
    ),
  stateSignal: id()
    .optional()
    .meta(
      key({
        description:
          'Signal with the state of the machine. Time in which it is bad or stale does not count as running.',
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
        description: 'Values of `stateSignal` with which the machine runs.',
        restart: 'rule',
        example: ['running', 'starting'],
      }),
    ),
  maxCount: z
    .number()
    .positive()
    .optional()
    .meta(
      key({
        description:
          'How far `countSignal` may rise between two services: cycles, packs, or hours of a machine that counts them itself.',
        unit: 'the unit of the signal',
        restart: 'rule',
        example: 250_000,
      }),
    ),
  countSignal: id()
    .optional()
    .meta(
      key({
        description: 'Number signal with a counter of the machine that only rises, and may begin again from 0.',
        restart: 'rule',
        example: 'cutter-cycles',
      }),
    ),
}).superRefine(({ maxRunning, stateSignal, maxCount, countSignal }, context) => {
  // A limit on what nobody measures would never be reached, and would look like a machine in order.
  if (maxRunning !== undefined && stateSignal === undefined) {
    context.addIssue({ code: 'custom', path: ['maxRunning'], message: 'needs stateSignal' });
  }
  if (maxCount !== undefined && countSignal === undefined) {
    context.addIssue({ code: 'custom', path: ['maxCount'], message: 'needs countSignal' });
  }
});
export type MaintenanceOptions = z.output<typeof OPTIONS>;
