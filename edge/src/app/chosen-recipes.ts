import { type Config, recipeFor } from '../config/index.ts';
import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { Lanes } from '../pipeline/index.ts';

const POLL_MS = 500;

export interface ChosenRecipesParts {
  readonly lanes: Pick<Lanes, 'takeChosenProducts'>;
  readonly config: () => Pick<Config, 'recipes'>;
  /** Goes on with the recipe of this id or product. */
  readonly use: (name: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Changes to the recipe that a code on the packs names. A code of which no recipe is known changes nothing. */
export class ChosenRecipes implements Service {
  readonly name = 'chosen recipes';
  readonly #parts: ChosenRecipesParts;

  constructor(parts: ChosenRecipesParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#parts.clock.sleep(POLL_MS, signal);
        for (const names of this.#parts.lanes.takeChosenProducts()) await this.#choose(names);
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  async #choose(names: readonly string[]): Promise<void> {
    const { config, use, log } = this.#parts;
    const known = names.find((name) => recipeFor(config(), name) !== undefined);
    if (known === undefined) {
      log.warn({ code: names[0] }, 'a code on the packs names a product of which there is no recipe');
      return;
    }
    try {
      await use(known);
    } catch (error) {
      log.error({ product: known, err: messageOf(error) }, 'the recipe could not be changed');
    }
  }
}
