/**
 * Service of a machine: overdue by time, by hours of running or by its counter, until a person confirms it.
 */
import type { RuleDefinition } from '../rule-definition.ts';
import { OPTIONS } from './options.ts';
import { MaintenanceRule } from './rule.ts';
import { WORDS } from './words.ts';

export const maintenance: RuleDefinition<typeof OPTIONS> = {
  type: 'maintenance',
  kind: 'equipment',
  words: WORDS,
  options: OPTIONS,
  zoneOptions: [],
  signalOptions: [
    { option: 'stateSignal', types: ['text', 'boolean', 'number'] },
    { option: 'countSignal', types: ['number'] },
  ],
  labelNeeds: () => [],
  create: (options, place) => new MaintenanceRule(options, place),
};
