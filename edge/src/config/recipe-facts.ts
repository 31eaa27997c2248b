/** The parts of a recipe that hold facts. */
export interface RecipeFacts {
  readonly id: string;
  readonly product?: string | undefined;
  readonly fields?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Facts of a recipe by name: `recipe` and `product`, and its `fields`. */
function factsOf({ id, product = id, fields = {} }: RecipeFacts): Readonly<Record<string, string>> {
  const further = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
  return { ...Object.fromEntries(further), recipe: id, product };
}

const FACT = /\{([A-Za-z][A-Za-z0-9_]{0,63})\}/g;

/**
 * A value of the configuration as it is written, with `{fact}` in its texts replaced by the facts of the recipe. What the
 * recipe does not have stays as it is.
 */
export function withFacts(value: unknown, recipe: RecipeFacts): unknown {
  return filled(value, factsOf(recipe));
}

function filled(value: unknown, facts: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return value.replaceAll(FACT, (text, name: string) => facts[name] ?? text);
  if (Array.isArray(value)) return value.map((one: unknown) => filled(one, facts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]: [string, unknown]) => [key, filled(one, facts)]));
}

/** Names of facts in the texts of a value that the recipe does not have. */
export function factsMissing(value: unknown, recipe: RecipeFacts): readonly string[] {
  const texts = JSON.stringify(withFacts(value, recipe)).matchAll(FACT);
  return [...new Set([...texts].flatMap(([, name]) => name ?? []))];
}
