/**
 * A person in the zone whose head is bare for longer than the minimum duration.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { MissingHeadwearJudge } from './judge.ts';
import { HEADWEAR_LABELS, OPTIONS, PERSON_LABELS } from './options.ts';
import { WORDS } from './words.ts';

export const missingHeadwear = defineRule({
  type: 'missing_headwear',
  kind: 'personnel_violation',
  words: WORDS,
  options: OPTIONS,
  moreLabels: ({ personLabels, headwearLabels }) => [
    { option: 'personLabels', labels: personLabels, defaults: PERSON_LABELS },
    { option: 'headwearLabels', labels: headwearLabels, defaults: HEADWEAR_LABELS },
  ],
  occludingLabels: ({ personLabels }) => personLabels,
  colours: ({ headwearLabels, labels }) => ({
    ...labelColours(headwearLabels, 'good'),
    ...labelColours(labels, 'bad'),
  }),
  judge: (setup) => new MissingHeadwearJudge(setup),
});
