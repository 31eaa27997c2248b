/**
 * Items that a scale weighs: too light or too heavy, one by one or on average.
 */
import type { RuleDefinition } from '../rule-definition.ts';
import { OPTIONS } from './options.ts';
import { WeightRule } from './rule.ts';
import { WORDS } from './words.ts';

export const weight: RuleDefinition<typeof OPTIONS> = {
  type: 'weight',
  kind: 'quality_issue',
  words: WORDS,
  options: OPTIONS,
  zoneOptions: [],
  signalOptions: [
    { option: 'signal', types: ['number'] },
    { option: 'trigger', types: ['number', 'boolean', 'text'] },
  ],
  labelNeeds: () => [],
  create: (options, place) => new WeightRule(options, place),
};
