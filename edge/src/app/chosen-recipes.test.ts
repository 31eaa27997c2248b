import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { ChosenRecipes } from './chosen-recipes.ts';

describe('a recipe that a code on the packs chooses', () => {
  it('is the first that one of the names of the code has; a code without a recipe changes nothing', async () => {
    const stop = new AbortController();
    const turns = [[['unknown']], [['04006381333931', '4006381333931']], []];
    const used: string[] = [];
    const chosen = new ChosenRecipes({
      lanes: {
        takeChosenProducts: () => {
          const turn = turns.shift();
          if (turn === undefined) stop.abort();
          return turn ?? [];
        },
      },
      config: () => ({ recipes: [{ id: 'milk', product: '4006381333931', rules: {}, fields: {} }] }),
      use: async (name) => {
        used.push(name);
        throw new Error('busy');
      },
      clock: { ...systemClock, sleep: async (_ms, signal) => signal?.throwIfAborted() },
      log: silentLogger,
    });
    await chosen.run(stop.signal);
    expect(used).toEqual(['4006381333931']);
  });
});
