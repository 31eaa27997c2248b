/**
 * Spilled or scattered matter, or litter, that lies in the zone for longer than the minimum duration.
 */
import { defineRule } from '../define-rule.ts';
import { SpillJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const spill = defineRule({
  type: 'spill',
  kind: 'sanitation',
  words: WORDS,
  options: OPTIONS,
  judge: (setup) => new SpillJudge(setup),
});
