import { z } from 'zod';
import { duration, fraction, key } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';
import { FieldOptions } from './field-options.ts';

const packs = (least: number, usual: number, description: string, example: number) =>
  z
    .int()
    .min(least)
    .max(10_000)
    .default(usual)
    .meta(key({ description, unit: 'packs', restart: 'rule', example }));

export const OPTIONS = ruleOptions(
  'code_check',
  {
    model: 'defect',
    severity: 'critical',
    labels: ['product'],
    labelsAre: 'Labels of the packs.',
    // Packs are judged one by one, not by time.
    minDuration: '0s',
    clearAfter: '0s',
    coolDown: '0s',
    maxUnobserved: '30m',
  },
  {
    fields: z
      .array(FieldOptions)
      .max(32)
      .default([])
      .meta(
        key({
          description:
            'What is checked on each pack. Texts may hold facts of the recipe in braces: `{product}`, `{recipe}`, and its `fields`.',
          restart: 'rule',
          example: [{ id: 'ean', kind: 'code', gtin: '{product}', region: [0.1, 0.4, 0.9, 0.7] }],
        }),
      ),
    maxReadings: z
      .int()
      .min(1)
      .max(50)
      .default(5)
      .meta(
        key({
          description:
            'Most readings of one pack; they vote. A pack of which everything was read well is read no more.',
          unit: 'readings',
          restart: 'rule',
          example: 3,
        }),
      ),
    openAfter: packs(1, 1, 'Packs in a row with a fault in the same field that open an event.', 3),
    clearPacks: packs(1, 3, 'Packs in a row without that fault that close the event.', 10),
    changeoverPacks: packs(
      0,
      10,
      'First packs after a change of recipe that are counted apart and open no event: they may have been printed before.',
      40,
    ),
    selectAfter: packs(1, 3, 'Packs in a row whose code names another recipe that choose it (`selectsRecipe`).', 5),
    dateGrace: duration()
      .prefault('5m')
      .meta(
        key({
          description: 'How long after a change of the production day the date of the day before is right too.',
          unit: 'duration',
          restart: 'rule',
          example: '15m',
        }),
      ),
    minContrast: fraction()
      .default(0.3)
      .meta(
        key({
          description: 'Mean contrast of the codes of a field below which its printer is reported as fading.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.4,
        }),
      ),
    fadedTo: fraction()
      .default(0.7)
      .meta(
        key({
          description: 'The same, as a fraction of the contrast of the first packs of the recipe.',
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.8,
        }),
      ),
    contrastPacks: packs(5, 50, 'Packs over which the mean contrast is taken.', 100),
  },
);
export type CodeCheckOptions = z.output<typeof OPTIONS>;
