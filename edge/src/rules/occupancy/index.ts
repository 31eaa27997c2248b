/**
 * Too many or too few people in a zone, anybody in a forbidden zone, or one person alone for too long.
 */
import { defineRule } from '../define-rule.ts';
import { OccupancyJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const occupancy = defineRule({
  type: 'occupancy',
  kind: 'personnel_violation',
  words: WORDS,
  options: OPTIONS,
  occludingLabels: ({ labels }) => labels,
  judge: (setup) => new OccupancyJudge(setup),
});
