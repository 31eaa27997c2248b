import type { MaintenanceOptions } from './options.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The interval where no limit is named. */
const USUAL_DAYS = 30;

/** What has come together since the last service. Times in milliseconds. */
export interface Wear {
  readonly elapsedMs: number;
  readonly runningMs: number;
  /** How far the counter of the machine has risen. */
  readonly count: number;
}

/** Why a service is due. */
export type DueReason = 'interval' | 'running_time' | 'count';

/** The limit that is used up most, as a fraction of it; from 1 on a service is overdue. */
export interface Due {
  readonly reason: DueReason;
  readonly used: number;
}

/** How near the next service is, as events and telemetry say it. */
export interface ServiceFacts {
  readonly dueBy: DueReason;
  /** Of the limit that is used up most. */
  readonly used: number;
  readonly hoursSince: number;
  /** Hours of running; absent where no signal has the state of the machine. */
  readonly runningHours?: number;
  /** How far the counter has risen; absent where there is none. */
  readonly counted?: number;
}

/** The options on which it depends. */
export type ServiceLimits = Pick<
  MaintenanceOptions,
  'interval' | 'maxRunning' | 'maxCount' | 'stateSignal' | 'countSignal'
>;

export function serviceFacts(options: ServiceLimits, wear: Wear): ServiceFacts {
  const { reason, used } = dueOf(options, wear);
  const hours = (ms: number): number => Math.round((ms / HOUR_MS) * 100) / 100;
  return {
    ...{ dueBy: reason, used: Math.round(used * 1000) / 1000, hoursSince: hours(wear.elapsedMs) },
    ...(options.stateSignal === undefined ? {} : { runningHours: hours(wear.runningMs) }),
    ...(options.countSignal === undefined ? {} : { counted: Math.round(wear.count * 100) / 100 }),
  };
}

/** One limit of a rule, and how much of it is used up. */
export interface LimitUsed {
  readonly by: DueReason;
  /** In milliseconds; in the unit of the counter where it is by `count`. */
  readonly value: number;
  readonly limit: number;
  readonly used: number;
}

/** Every limit that the rule has, at least one. */
export function limitsOf(
  { interval, maxRunning, maxCount }: ServiceLimits,
  { elapsedMs, runningMs, count }: Wear,
): readonly LimitUsed[] {
  const isAlone = maxRunning === undefined && maxCount === undefined;
  const intervalMs = interval?.ms ?? (isAlone ? USUAL_DAYS * DAY_MS : undefined);
  const candidates: readonly (readonly [DueReason, number, number | undefined])[] = [
    ['interval', elapsedMs, intervalMs],
    ['running_time', runningMs, maxRunning?.ms],
    ['count', count, maxCount],
  ];
  return candidates.flatMap(([by, value, limit]): readonly LimitUsed[] =>
    limit === undefined ? [] : [{ by, value, limit, used: limit === 0 ? 1 : value / limit }],
  );
}

/** How near the next service is. */
export function dueOf(options: ServiceLimits, wear: Wear): Due {
  const { by, used } = limitsOf(options, wear).reduce((most, one) => (one.used > most.used ? one : most));
  return { reason: by, used };
}
