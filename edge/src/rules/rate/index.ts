/**
 * Too few or too many products a minute cross a line.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { RateJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const rate = defineRule({
  type: 'rate',
  kind: 'production',
  words: WORDS,
  options: OPTIONS,
  colours: ({ labels }) => labelColours(labels, 'good'),
  judge: (setup) => new RateJudge(setup),
});
