import { z } from 'zod';
import type { Immutable } from '../fields/index.ts';
import type { Rule } from '../pipeline/index.ts';
import * as registry from './registry.ts';
import type { RuleDefinition, RulePlace } from './rule-definition.ts';

const DEFINITIONS = Object.values(registry);

/** Every type of rule, by the name of its type. */
export const RULES: readonly RuleDefinition[] = DEFINITIONS.toSorted((a, b) => (a.type < b.type ? -1 : 1));

/** Names of all types. */
export const RULE_TYPES: readonly string[] = RULES.map(({ type }) => type);

/** One rule of the configuration file: its keys depend on its `type`. */
export const RuleOptions = z.discriminatedUnion('type', schemas());

type Decoded = z.output<(typeof DEFINITIONS)[number]['options']>;

/** Options of one rule, checked and with defaults. */
export type RuleOptions = Immutable<Decoded>;

/** The definition of a type of rule, or undefined where there is no such type. */
export function definitionOf(type: string): RuleDefinition | undefined {
  return RULES.find((rule) => rule.type === type);
}

/** Zone and model of a rule, by their ids; a type of rule may have neither. */
export function placeOf(options: RuleOptions): { readonly zone?: string | undefined; readonly model?: string } {
  return {
    ...('zone' in options ? { zone: options.zone } : {}),
    ...('model' in options ? { model: options.model } : {}),
  };
}

/** Whether a rule has printed text read, for which a text reader must be installed. */
export function readsText(options: RuleOptions): boolean {
  return definitionOf(options.type)?.readsText?.(options) === true;
}

/** The rule that its options describe, with nothing pending. */
export function createRule(options: RuleOptions | Decoded, place: RulePlace): Rule {
  const definition = definitionOf(options.type);
  if (definition === undefined) throw new TypeError(`no rule has the type ${options.type}`);
  return definition.create(options, place);
}

function schemas() {
  const [first, ...rest] = DEFINITIONS.map(({ options }) => options);
  if (first === undefined) throw new TypeError('the registry of rules is empty');
  return [first, ...rest] as const;
}
