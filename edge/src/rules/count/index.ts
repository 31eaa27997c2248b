/**
 * Products that cross a line are counted, each once. Products that move backward are an event.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { CountJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const count = defineRule({
  type: 'count',
  kind: 'production',
  words: WORDS,
  options: OPTIONS,
  colours: ({ labels }) => labelColours(labels, 'good'),
  judge: (setup) => new CountJudge(setup),
});
