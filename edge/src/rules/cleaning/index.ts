/**
 * Cleaning of a zone: observed, confirmed by a person, or overdue by an interval or a time of the day.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { CleaningJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const cleaning = defineRule({
  type: 'cleaning',
  kind: 'sanitation',
  words: WORDS,
  options: OPTIONS,
  occludingLabels: ({ labels }) => labels,
  colours: ({ labels }) => labelColours(labels, 'good'),
  judge: (setup) => new CleaningJudge(setup),
});
