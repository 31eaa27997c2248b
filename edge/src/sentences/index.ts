/**
 * Rules as sentences, in English and Russian: a sentence becomes the options of one rule, and a rule is written as a
 * sentence again, so that a person can see what was understood. Every word must be understood: a sentence with a word that
 * says nothing known is refused. Pure.
 */
export { describeRule } from './describe.ts';
export {
  type Condition,
  GARMENTS,
  type Garment,
  type Language,
  type RuleDraft,
  type ServiceCondition,
  type SentenceContext,
} from './draft.ts';
export { ruleOptionsOf } from './options.ts';
export { parseSentence, type Reading } from './parse.ts';
export { REFUSALS, type Refused } from './refusals.ts';
