import type { ShiftPlan } from '@lineside/protocol/coverage';
import type { Config } from './config.ts';

/** The shifts of the line with what the configuration leaves out. `machineZone`: time zone of this machine. */
export function shiftPlanOf({ shifts: { timeZone, list } }: Pick<Config, 'shifts'>, machineZone: string): ShiftPlan {
  const starts = list.map(({ start }) => start).toSorted((a, b) => a - b);
  return {
    timeZone: timeZone ?? machineZone,
    shifts: list.map(({ name, start, end, days }) => ({
      ...{ name, startMinute: start },
      endMinute: end ?? starts.find((other) => other > start) ?? starts[0] ?? start,
      ...(days === undefined ? {} : { days }),
    })),
  };
}
