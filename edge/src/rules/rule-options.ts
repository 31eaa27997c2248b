import { z } from 'zod';
import { codesOf, SEVERITIES, type Severity } from '../domain/index.ts';
import { duration, fraction, id, key, labels } from '../fields/index.ts';

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

/** A schema that has at least the options of every rule. */
export type CommonSchema = z.ZodObject<ReturnType<typeof commonShape<string>>, z.core.$strict>;

/** The options that every rule has, checked and with defaults. */
export type CommonOptions = z.output<CommonSchema>;

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
      .default(0)
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
  };
}
