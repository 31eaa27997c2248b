/**
 * Operations of a person or an object at a station: each is recorded, and reported where it is too long, too short or
 * missing.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { OperationTimeJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const operationTime = defineRule({
  type: 'operation_time',
  kind: 'production',
  words: WORDS,
  options: OPTIONS,
  occludingLabels: ({ labels }) => labels,
  colours: ({ labels }) => labelColours(labels, 'plain'),
  judge: (setup) => new OperationTimeJudge(setup),
});
