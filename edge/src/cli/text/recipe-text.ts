import { localTime } from './time-text.ts';

/** Recipes as the service answers them. */
export interface RecipesAnswer {
  readonly current: {
    readonly recipe?: string;
    readonly product?: string;
    readonly sinceMs: number;
    readonly source: string;
  };
  readonly recipes: readonly { readonly id: string; readonly product: string; readonly rules: readonly string[] }[];
}

/** The recipe in use on one line. */
export function currentLine({ current }: RecipesAnswer): string {
  const { recipe, product, sinceMs, source } = current;
  if (product === undefined) return 'no recipe was chosen: rules are as the configuration has them';
  const name = recipe === undefined ? 'no recipe' : `recipe ${recipe}`;
  return `${name} for product ${product}, since ${localTime(sinceMs)} by ${source}`;
}

/** One recipe on one line; the one in use is marked. */
export function recipeLines({ current, recipes }: RecipesAnswer): readonly string[] {
  return recipes.map(({ id, product, rules }) => {
    const mark = id === current.recipe ? '*' : ' ';
    return `${mark} ${id.padEnd(20)} ${product.padEnd(20)} ${rules.length === 0 ? 'changes no rule' : rules.join(', ')}`;
  });
}
