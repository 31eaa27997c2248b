import { WEEKDAYS } from '@lineside/protocol/coverage';
import { z } from 'zod';
import { codesOf, SEVERITIES, type Severity } from '../domain/index.ts';
import { duration, fraction, id, key, labels, timeOfDay } from '../fields/index.ts';

/** What the options that every rule has are in one rule. Durations as in the configuration file. */
export interface CommonDefaults {
  readonly model: string;
  readonly severity?: Severity;
  readonly labels: readonly [string, ...string[]];
  /** What the labels stand for: `Labels of a defect.` */
  readonly labelsAre: string;
  readonly minDuration: string;
  readonly clearAfter: string;
  readonly coolDown: string;
  readonly maxUnobserved: string;
  readonly minScore?: number;
  /** Fractions of the picture. */
  readonly minSize?: number;
  readonly maxSize?: number;
}

/**
 * The schema of a rule's options in the configuration file: those that every rule has, with the defaults of this one,
 * and `own`, those of this rule alone. Every key needs metadata (`key`), and a default where it is not required.
 */
export function ruleOptions<const Type extends string, Own extends z.core.$ZodLooseShape>(
  type: Type,
  defaults: CommonDefaults,
  own: Own,
) {
  return z.strictObject({ ...commonShape(type, defaults), ...own });
}

/** The schema of a rule that reads signals and no model: the common options that still mean something, and its own. */
export function signalRuleOptions<const Type extends string, Own extends z.core.$ZodLooseShape>(type: Type, own: Own) {
  const all = commonShape(type, SIGNAL_DEFAULTS);
  const { id: name, camera, severity, updateInterval, maxUnobserved, schedule, shifts } = all;
  const common = { id: name, type: all.type, camera, severity, updateInterval, maxUnobserved, schedule, shifts };
  return z.strictObject({ ...common, ...own });
}

/** Only `maxUnobserved` is an option of such a rule; it has no labels. */
const SIGNAL_DEFAULTS: CommonDefaults = {
  model: 'none',
  labels: ['none'],
  labelsAre: '',
  minDuration: '0s',
  clearAfter: '0s',
  coolDown: '0s',
  maxUnobserved: '5m',
};

/** A schema that has at least the options of every rule. */
export type CommonSchema = z.ZodObject<ReturnType<typeof commonShape<string>>, z.core.$strict>;

/** The options that every rule has, checked and with defaults. */
export type CommonOptions = z.output<CommonSchema>;

const ScheduleWindow = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .optional()
      .meta(
        key({
          description: 'Days on which it starts. Default: every day.',
          restart: 'rule',
          example: ['mon', 'tue', 'wed', 'thu', 'fri'],
        }),
      ),
    from: timeOfDay().meta(
      key({ description: 'Time at which it starts.', unit: 'time of the day', restart: 'rule', example: '06:00' }),
    ),
    to: timeOfDay().meta(
      key({
        description: 'Time at which it ends; on the next day where that is not after the start.',
        unit: 'time of the day',
        restart: 'rule',
        example: '14:00',
      }),
    ),
  })
  .meta({ description: 'One part of the day.' });

function commonShape<const Type extends string>(type: Type, defaults: CommonDefaults) {
  return {
    id: id().meta(
      key({ description: 'Name of the rule, kept in each of its events.', restart: 'rule', example: 'rule-1' }),
    ),
    type: z.literal(type).meta(key({ description: 'What the rule judges.', restart: 'rule', example: type })),
    camera: id().meta(key({ description: 'Camera that the rule watches.', restart: 'rule', example: 'packing' })),
    model: id()
      .default(defaults.model)
      .meta(
        key({
          description: 'Model whose detections the rule reads. The camera must have this model.',
          restart: 'rule',
          example: defaults.model,
        }),
      ),
    zone: id()
      .optional()
      .meta(
        key({ description: 'Zone of that camera. Without it, the whole frame.', restart: 'rule', example: 'belt' }),
      ),
    severity: z
      .enum(codesOf(SEVERITIES))
      .default(defaults.severity ?? 'warning')
      .meta(key({ description: 'Severity of its events.', restart: 'rule', example: 'critical' })),
    labels: labels()
      .default([...defaults.labels])
      .meta(key({ description: defaults.labelsAre, restart: 'rule', example: defaults.labels })),
    minDuration: duration()
      .prefault(defaults.minDuration)
      .meta(
        key({
          description: 'How long the condition must hold before an event opens.',
          unit: 'duration',
          restart: 'rule',
          example: '5s',
        }),
      ),
    clearAfter: duration()
      .prefault(defaults.clearAfter)
      .meta(
        key({
          description:
            'How long the condition must be seen not to hold before the event closes. Time in which the subject is hidden or the camera is not inspected does not count.',
          unit: 'duration',
          restart: 'rule',
          example: '3s',
        }),
      ),
    updateInterval: duration()
      .prefault('10s')
      .meta(
        key({
          description: 'Time between two reports of an event that stays open.',
          unit: 'duration',
          restart: 'rule',
          example: '1m',
        }),
      ),
    coolDown: duration()
      .prefault(defaults.coolDown)
      .meta(
        key({
          description: 'How long after an event closed the same subject opens no other.',
          unit: 'duration',
          restart: 'rule',
          example: '1m',
        }),
      ),
    maxUnobserved: duration()
      .prefault(defaults.maxUnobserved)
      .meta(
        key({
          description:
            'How long an event stays open while its subject cannot be judged: it is hidden, the camera is lost, or there are no results.',
          unit: 'duration',
          restart: 'rule',
          example: '1h',
        }),
      ),
    zoneMargin: fraction()
      .default(0.25)
      .meta(
        key({
          description:
            "How far an object may leave the zone, as a fraction of the object's size, before it counts as outside of it. To open an event it must be inside.",
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.4,
        }),
      ),
    minScore: fraction()
      .default(defaults.minScore ?? 0)
      .meta(
        key({
          description:
            'Least score of a detection that can open an event. The least score of the model applies before it.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.6,
        }),
      ),
    clearScore: fraction()
      .optional()
      .meta(
        key({
          description: 'Least score of a detection that keeps an event open. Without it, 0.7 of `minScore`.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.4,
        }),
      ),
    hiddenBy: labels()
      .optional()
      .meta(
        key({
          description:
            'Labels of what can stand in front of the subject and hide it, of any model of the camera. Without it, every label that the rule does not look for.',
          restart: 'rule',
          example: ['person', 'forklift'],
        }),
      ),
    minSize: fraction()
      .default(defaults.minSize ?? 0)
      .meta(
        key({
          description:
            'Least size of an object with one of the `labels`: the area of its box as a fraction of the picture. Smaller ones do not count.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.002,
        }),
      ),
    maxSize: fraction()
      .default(defaults.maxSize ?? 1)
      .meta(
        key({
          description:
            'Greatest size of an object with one of the `labels`: the area of its box as a fraction of the picture. Larger ones do not count.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.5,
        }),
      ),
    masks: z
      .array(id())
      .default([])
      .meta(
        key({
          description:
            'Zones of that camera in which objects with one of the `labels` do not count, such as a poster or a mirror. An object is in a mask when half of its box is.',
          restart: 'rule',
          example: ['mirror'],
        }),
      ),
    schedule: z
      .array(ScheduleWindow)
      .min(1)
      .max(32)
      .optional()
      .meta(
        key({
          description:
            'Parts of the day in which the rule is in force, in the time zone of the line (`shifts.timeZone`). Outside of them its events are closed with `not_in_force`. Without `schedule` and `shifts` it is always in force, and so it is while the wall clock is not trusted.',
          restart: 'rule',
          example: [{ days: ['sat'], from: '08:00', to: '12:00' }],
        }),
      ),
    shifts: z
      .array(z.string().min(1).max(32))
      .min(1)
      .optional()
      .meta(
        key({
          description:
            'Names of shifts (`shifts.list`) in which the rule is in force, beside the parts of the day in `schedule`.',
          restart: 'rule',
          example: ['Early', 'Late'],
        }),
      ),
  };
}
