import { join } from 'node:path';
import type { Service } from '@lineside/kit';
import { ActualsWriter, PlanFollower, readPlan, writeActuals } from '../mes/index.ts';
import type { CollectorStore } from '../store/index.ts';
import type { CollectorOptions } from './run-collector.ts';

/** What is exchanged with a database of the plant: nothing, where nothing is configured. */
export interface Plant {
  readonly plan: PlanFollower | undefined;
  readonly services: readonly Service[];
  /** For people and programs; times in milliseconds. */
  state(): object;
  /** Parts that cannot reach their database, or get nothing from it that they can take. */
  problems(): number;
}

export function openPlant(
  { config, clock, log: parent, random }: CollectorOptions,
  { production }: Pick<CollectorStore, 'production'>,
): Plant {
  const { lines, plan: from, actuals: to } = config.mes;
  const log = parent.child({ module: 'mes' });
  const plan =
    from &&
    new PlanFollower({
      ...{
        read: async (signal) => readPlan({ ...from, deadlineMs: from.deadline }, signal),
        everyMs: from.every,
        lines,
        clock,
        log,
      },
      keptAt: join(config.data, 'mes-plan.json'),
    });
  const actuals =
    to &&
    new ActualsWriter({
      ...{ records: production, everyMs: to.every, clock, log, random },
      write: async (rows, signal) => writeActuals({ ...to, deadlineMs: to.deadline, lines }, rows, signal),
      keptAt: join(config.data, 'mes-actuals.json'),
    });
  const parts = [plan, actuals].filter((part) => part !== undefined);
  return {
    plan,
    services: parts,
    state: () => ({
      plan: plan === undefined ? null : { ...plan.state, problem: plan.state.problem ?? null },
      actuals: actuals === undefined ? null : { ...actuals.state, problem: actuals.state.problem ?? null },
    }),
    problems: () => parts.filter(({ state }) => state.problem !== undefined).length,
  };
}
