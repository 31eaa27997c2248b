import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type LoadedConfig, recipeFor, withRecipe } from '../config/index.ts';
import { type Clock, type Logger, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';

/** Who chose the recipe. */
export type RecipeSource = 'signal' | 'command' | 'code' | 'start';

/** The recipe that the line runs with. */
export interface RecipeState {
  /** Absent where no recipe was chosen. */
  readonly recipe?: string;
  /** The product as it was named; without a recipe of that name the rules are as they are written. */
  readonly product?: string;
  readonly sinceMs: number;
  readonly source: RecipeSource;
}

export interface LineRecipeParts {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const FILE = 'recipe.json';

/** Remembers the chosen recipe over a restart, in a file of the data folder. */
export class LineRecipe {
  readonly #parts: LineRecipeParts;
  readonly #path: string;
  #state: RecipeState;

  constructor(parts: LineRecipeParts) {
    this.#parts = parts;
    this.#path = join(parts.dataDir, FILE);
    this.#state = this.#read() ?? { sinceMs: parts.clock.wallMs(), source: 'start' };
  }

  get state(): RecipeState {
    return this.#state;
  }

  /** The configuration with the options that rules have under the chosen recipe. */
  applyTo(loaded: LoadedConfig): LoadedConfig {
    const recipe = loaded.config.recipes.find(({ id }) => id === this.#state.recipe);
    return recipe === undefined ? loaded : { ...loaded, config: withRecipe(loaded.config, recipe) };
  }

  /** Chooses by id or product code; true where this changes anything. */
  choose(config: Pick<Config, 'recipes'>, name: string, source: RecipeSource): boolean {
    const recipe = recipeFor(config, name);
    const product = recipe === undefined ? name : (recipe.product ?? recipe.id);
    if (this.#state.recipe === recipe?.id && this.#state.product === product) return false;
    const sinceMs = this.#parts.clock.wallMs();
    this.#state = { ...(recipe === undefined ? {} : { recipe: recipe.id }), product, sinceMs, source };
    void this.#write();
    return true;
  }

  #read(): RecipeState | undefined {
    try {
      return stateFrom(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') {
        this.#parts.log.error({ path: this.#path, error: messageOf(error) }, 'the chosen recipe cannot be read');
      }
      return undefined;
    }
  }

  async #write(): Promise<void> {
    try {
      await writeFileAtomic(this.#path, JSON.stringify(this.#state));
    } catch (error) {
      this.#parts.log.error({ path: this.#path, error: messageOf(error) }, 'the chosen recipe cannot be kept');
    }
  }
}

/** What the file holds, or undefined where it holds something else. */
function stateFrom(value: unknown): RecipeState | undefined {
  if (typeof value !== 'object' || value === null || !('sinceMs' in value)) return undefined;
  const { sinceMs } = value;
  if (typeof sinceMs !== 'number') return undefined;
  const recipe = 'recipe' in value && typeof value.recipe === 'string' ? { recipe: value.recipe } : {};
  const product = 'product' in value && typeof value.product === 'string' ? { product: value.product } : {};
  return { ...recipe, ...product, sinceMs, source: 'start' };
}
