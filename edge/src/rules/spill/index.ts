/**
 * Spilled liquid, scattered goods or litter that lies in the zone for longer than the minimum duration.
 */
import { defineRule } from '../define-rule.ts';
import { SpillJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { subjectLabels } from './matter.ts';
import { WORDS } from './words.ts';

/** What lies on the floor is seen more often than what a model takes for it. */
const MIN_FRACTION = 0.7;

export const spill = defineRule({
  type: 'spill',
  kind: 'sanitation',
  words: WORDS,
  options: OPTIONS,
  subjectLabels,
  moreLabels: (options) =>
    (['liquidLabels', 'scatteredLabels', 'litterLabels'] as const).flatMap((option) => {
      const { [option]: labels } = options;
      return labels === undefined ? [] : [{ option, labels, defaults: [] }];
    }),
  timing: () => ({ minFraction: MIN_FRACTION }),
  judge: (setup) => new SpillJudge(setup),
});
