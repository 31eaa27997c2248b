import type { ValuePath } from '@lineside/kit';
import { definitionOf, RuleOptions } from '../../rules/index.ts';
import type { Finding } from '../issues.ts';
import { factsMissing, withFacts } from '../recipe-facts.ts';
import { type Loose, idsOf, isLoose } from './loose.ts';
import { unknownName } from './findings.ts';

/** What a recipe changes must be there, and must lead to options that the rule can have. */
export function checkRecipe(recipe: Loose, path: ValuePath, rules: readonly Loose[]): readonly Finding[] {
  const changes = recipe['rules'];
  if (!isLoose(changes)) return [];
  return Object.entries(changes).flatMap(([id, options]): readonly Finding[] => {
    const place = [...path, 'rules', id];
    const rule = rules.find((candidate) => candidate['id'] === id);
    if (rule === undefined) return [unknownName('rule', id, idsOf(rules), place)];
    if (!isLoose(options)) return [];
    const fixed = ['id', 'type', 'camera'].find((option) => option in options);
    if (fixed !== undefined) {
      const advice = 'a recipe changes options of a rule; for another rule add one under rules:';
      return [{ code: 'recipe_option', path: [...place, fixed], message: 'is not changed by a recipe', advice }];
    }
    // What is wrong with the rule itself is reported with the rule.
    if (!RuleOptions.safeParse(rule).success) return [];
    const { success, error } = RuleOptions.safeParse({ ...rule, ...options });
    if (success) return [];
    return error.issues.map((issue) => ({
      code: 'recipe_option',
      path: [...place, ...issue.path],
      message: `is no option that rule ${id} can have: ${issue.message}`,
      advice: `see the options of ${String(rule['type'])} in docs/rules.md`,
    }));
  });
}

/** Rules whose texts hold facts of the recipe: each recipe must have them, with values that the rule can use. */
export function checkFacts(recipe: Loose, path: ValuePath, rules: readonly Loose[]): readonly Finding[] {
  const { id, product } = recipe;
  if (typeof id !== 'string' || id === '') return [];
  const named = typeof product === 'string' ? { product } : {};
  const facts = { id, ...named, fields: factsIn(recipe['fields']) };
  return rules.flatMap((rule): readonly Finding[] => {
    const type = typeof rule['type'] === 'string' ? rule['type'] : '';
    if (definitionOf(type)?.usesRecipe !== true || !RuleOptions.safeParse(rule).success) return [];
    const ruleId = String(rule['id']);
    const changes = isLoose(recipe['rules']) ? recipe['rules'][ruleId] : undefined;
    const changed = { ...rule, ...(isLoose(changes) ? changes : {}) };
    const missing = factsMissing(changed, facts);
    if (missing.length > 0) {
      const advice = `write ${missing.map((name) => `${name}: ...`).join(', ')} under fields: of this recipe`;
      const message = `has no ${missing.join(', ')}, which rule ${ruleId} needs`;
      return [{ code: 'recipe_fact_missing', path: [...path, 'fields'], message, advice }];
    }
    // What the recipe's own options break is reported with them.
    const { success, error } = RuleOptions.safeParse(withFacts(changed, facts));
    if (success || !RuleOptions.safeParse(changed).success) return [];
    return error.issues.map((issue) => ({
      ...{ code: 'recipe_option', path: [...path, 'fields'] },
      message: `a fact cannot be used by rule ${ruleId} (${issue.path.join('.')}): ${issue.message}`,
      advice: `see the options of ${type} in docs/rules.md`,
    }));
  });
}

function factsIn(value: unknown): Readonly<Record<string, string | number | boolean>> {
  if (!isLoose(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}
