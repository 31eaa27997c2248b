import { z } from 'zod';
import { duration, id, key, labels, parseDuration } from '../../fields/index.ts';

/** What a rule watches for; each has a model that it reads by default (see RULE_DEFAULTS). */
export const RULE_TYPES = ['missing_headwear', 'product_defect', 'dirt'] as const;
export type RuleType = (typeof RULE_TYPES)[number];

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type RuleSeverity = (typeof SEVERITIES)[number];

/** What a rule of each type takes where the file says nothing. */
export const RULE_DEFAULTS: Readonly<Record<RuleType, { model: string; minDuration: string; severity: RuleSeverity }>> =
  {
    missing_headwear: { model: 'ppe', minDuration: '5s', severity: 'warning' },
    product_defect: { model: 'defect', minDuration: '0s', severity: 'warning' },
    dirt: { model: 'sanitation', minDuration: '10s', severity: 'warning' },
  };

const perType = (name: 'model' | 'minDuration' | 'severity'): string =>
  RULE_TYPES.map((type) => `${RULE_DEFAULTS[type][name]} (${type})`).join(', ');

const RuleInFile = z
  .strictObject({
    id: id().meta(
      key({ description: 'Name of the rule, kept in each of its events.', restart: 'rule', example: 'headwear' }),
    ),
    type: z.enum(RULE_TYPES).meta(
      key({
        description:
          '`missing_headwear`: a person without headwear. `product_defect`: a product with a defect. `dirt`: a spill or litter on the floor.',
        restart: 'rule',
        example: 'missing_headwear',
      }),
    ),
    camera: id().meta(key({ description: 'Camera that the rule watches.', restart: 'rule', example: 'packing' })),
    model: id()
      .optional()
      .meta(
        key({
          description: `Model whose detections the rule reads. The camera must have this model. Default by type: ${perType('model')}.`,
          restart: 'rule',
          example: 'ppe',
        }),
      ),
    zone: id()
      .optional()
      .meta(
        key({ description: 'Zone of that camera. Without it, the whole frame.', restart: 'rule', example: 'belt' }),
      ),
    labels: labels()
      .optional()
      .meta(
        key({
          description: "Labels that count. Default: the type's own labels.",
          restart: 'rule',
          example: ['spill', 'litter'],
        }),
      ),
    minDuration: duration()
      .optional()
      .meta(
        key({
          description: `How long the condition must hold before an event opens. Default by type: ${perType('minDuration')}.`,
          unit: 'duration',
          restart: 'rule',
          example: '5s',
        }),
      ),
    severity: z
      .enum(SEVERITIES)
      .optional()
      .meta(key({ description: 'Severity of its events. Default: warning.', restart: 'rule', example: 'warning' })),
  })
  .meta({ description: 'One rule on one camera.' });

type RuleInFile = z.output<typeof RuleInFile>;
type Rule = RuleInFile & Required<Pick<RuleInFile, 'model' | 'minDuration' | 'severity'>>;

/** A rule with the defaults of its type. */
export const Rule = z.codec(RuleInFile, z.custom<Rule>(), {
  decode: (rule) => {
    const { model, minDuration, severity } = RULE_DEFAULTS[rule.type];
    return { model, minDuration: { ms: parseDuration(minDuration) ?? 0 }, severity, ...rule };
  },
  encode: (rule) => rule,
});
