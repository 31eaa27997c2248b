import type { z } from 'zod';
import { key, labels } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const PERSON_LABELS = ['person'];
export const HEADWEAR_LABELS = ['headwear'];

export const OPTIONS = ruleOptions(
  'missing_headwear',
  {
    model: 'ppe',
    labels: ['bare_head'],
    labelsAre: 'Labels of a head without headwear.',
    minDuration: '5s',
    clearAfter: '5s',
    coolDown: '5s',
    maxUnobserved: '5m',
  },
  {
    personLabels: labels()
      .default([...PERSON_LABELS])
      .meta(key({ description: 'Labels of a person.', restart: 'rule', example: ['human'] })),
    headwearLabels: labels()
      .default([...HEADWEAR_LABELS])
      .meta(key({ description: 'Labels of a head with headwear.', restart: 'rule', example: ['cap', 'hairnet'] })),
  },
);
export type MissingHeadwearOptions = z.output<typeof OPTIONS>;
