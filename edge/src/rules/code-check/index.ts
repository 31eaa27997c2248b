/**
 * Packs whose codes, dates, lots and phrases are not what the recipe requires, cannot be read, or are missing; and
 * printers that fade.
 */
import { defineRule } from '../define-rule.ts';
import { CodeCheckJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

export const codeCheck = defineRule({
  type: 'code_check',
  kind: 'quality_issue',
  judgesPieces: true,
  words: WORDS,
  options: OPTIONS,
  // The votes of each pack decide; one pack can open an event.
  timing: () => ({ minSightings: 1, minFraction: 0, minDurationMs: 0 }),
  colours: ({ labels }) => Object.fromEntries(labels.map((label) => [label, 'good' as const])),
  usesRecipe: true,
  readsRegions: true,
  readsText: ({ fields }) => fields.some(({ kind }) => kind === 'date' || kind === 'lot' || kind === 'phrase'),
  judge: (setup) => new CodeCheckJudge(setup),
});
