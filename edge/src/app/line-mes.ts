import { join } from 'node:path';
import type { Clock, Logger, Service } from '@lineside/kit';
import type { LoadedConfig } from '../config/index.ts';
import { ActualsWriter, PlanFollower } from '../mes/index.ts';
import type { LineProduction } from './line-production.ts';

export interface LineMesOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** What the line exchanges with MES and ERP: nothing, where nothing is configured. */
export interface LineMes {
  readonly plan: PlanFollower | undefined;
  readonly services: readonly Service[];
}

/** The plan that is followed, and who gets what was made. Another configuration restarts the line, so it is read once. */
export function mesOf(
  { dataDir, clock, random, logger }: LineMesOptions,
  loaded: () => LoadedConfig,
  production: () => Pick<LineProduction, 'actuals'>,
): LineMes {
  const { config, secrets } = loaded();
  const { planFrom, actualsTo } = config.production;
  const log = logger.child({ module: 'mes' });
  const plan =
    planFrom &&
    new PlanFollower({
      ...{ url: () => secrets.text(planFrom.url), shown: planFrom.url.shown, everyMs: planFrom.every.ms },
      ...{ keptAt: join(dataDir, 'production-plan.json'), clock, log },
    });
  const writers = actualsTo.map(
    ({ url, every }, n) =>
      new ActualsWriter({
        ...{ url: () => secrets.text(url), shown: url.shown, everyMs: every.ms, clock, random, log },
        ...{ keptAt: join(dataDir, `actuals-${n + 1}.json`), actuals: () => production().actuals() },
      }),
  );
  return { plan, services: [...(plan === undefined ? [] : [plan]), ...writers] };
}
