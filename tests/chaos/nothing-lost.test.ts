import { describe, expect, it } from 'vitest';
import { controlArm } from './kill-storm.ts';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/** Another order of strikes, at other moments: CHAOS_SEED=2 npx vitest run tests/chaos */
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);
/** Of load per scenario; `npm run chaos -- --minutes 10` takes its time. */
const SECONDS = 1.5;

describe(`nothing lost (seed ${SEED})`, () => {
  const options = { seconds: SECONDS, seed: SEED, log: () => undefined };

  it.for(SCENARIOS)(
    '$name: every number is committed, queued or declared lost, and none is double',
    async (scenario, context) => {
      const result = await runScenario((folder) => scenario.run({ ...options, folder }));
      if ('skipped' in result) return context.skip(result.skipped);
      expect(result).toMatchObject({ unexplained: 0, doubleRows: 0, findings: [] });
      expect(result.generated).toBeGreaterThan(0);
    },
  );

  it('a device that trusts PUBACK loses events under the same kills, so that the count is proven to detect losses', async () => {
    const result = await runScenario((folder) => controlArm({ ...options, folder }));
    expect(result.unexplained).toBeGreaterThan(0);
  });
});
