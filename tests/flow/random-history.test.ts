import { describe, expect, it } from 'vitest';
import { RandomHistory } from '../support/random-history.ts';

/** Others: RANDOM_SEEDS=9-200 npx vitest run tests/flow/random-history.test.ts */
const [FROM = 1, TO = FROM] = (process.env['RANDOM_SEEDS'] ?? '1-8').split('-').map(Number);
const SEEDS = Array.from({ length: TO - FROM + 1 }, (_, n) => FROM + n);
const STEPS = 60;

describe('the books of a collector after a random history of its device', () => {
  it.each(SEEDS)('balance, and neither verifier accuses what the product did itself (seed %d)', async (seed) => {
    await using history = await RandomHistory.begin(seed);
    await history.run(STEPS);
    expect(await history.complaints(), history.steps.join(', ')).toEqual([]);
  });
});
