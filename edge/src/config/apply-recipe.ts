import { z } from 'zod';
import { definitionOf, RuleOptions } from '../rules/index.ts';
import type { Config, RecipeConfig, RuleConfig } from './config.ts';
import { withFacts } from './recipe-facts.ts';

/** The recipe with this id or product code, or undefined. */
export function recipeFor(config: Pick<Config, 'recipes'>, name: string): RecipeConfig | undefined {
  const byId = config.recipes.find(({ id }) => id === name);
  return byId ?? config.recipes.find(({ id, product = id }) => product === name);
}

/**
 * The configuration with the options that its rules have under a recipe. The configuration was checked with every
 * recipe, so that this does not throw.
 */
export function withRecipe(config: Config, recipe: RecipeConfig | undefined): Config {
  if (recipe === undefined) return config;
  const rules = config.rules.map((rule) => {
    const changes = recipe.rules[rule.id];
    const usesFacts = definitionOf(rule.type)?.usesRecipe === true;
    if (changes === undefined && !usesFacts) return rule;
    const written: unknown = z.encode(RuleOptions, rule as z.output<typeof RuleOptions>);
    const changed = { ...(written as object), ...changes };
    return RuleOptions.parse(usesFacts ? withFacts(changed, recipe) : changed) as RuleConfig;
  });
  return { ...config, rules };
}
