import { localTimeOf, MINUTE_MS, type ShiftPlan, WEEKDAYS, type Weekday, weekdayOf } from '@lineside/protocol/coverage';

/** The wall time (milliseconds since 1970) of an instant on the clock of the frames; undefined where it is not trusted. */
export type WallTime = (atMs: number) => number | undefined;

/** A part of a day. Times are minutes since midnight by the clock on the wall. */
export interface ScheduleWindow {
  /** Days on which it starts; all where absent. */
  readonly days?: readonly Weekday[] | undefined;
  readonly from: number;
  /** At or before `from`: on the next day. */
  readonly to: number;
}

export interface InForceOptions {
  readonly schedule?: readonly ScheduleWindow[] | undefined;
  /** Names of shifts of the plan. */
  readonly shifts?: readonly string[] | undefined;
  readonly plan?: ShiftPlan | undefined;
  readonly wallTime?: WallTime | undefined;
}

const DAY_MINUTES = 24 * 60;

/**
 * Whether a rule is in force: in one of its shifts, or in one of the windows of its schedule; always where it has neither.
 * Without a trusted wall time nobody can tell, and then it is in force, because a rule that is silent by mistake would
 * look like a line without violations.
 */
export class InForce {
  readonly #windows: readonly ScheduleWindow[] | undefined;
  readonly #timeZone: string;
  readonly #wallTime: WallTime | undefined;
  /** The answer for the latest minute: a time zone costs more than a frame should. */
  #latest: { readonly minute: number; readonly answer: boolean } | undefined;

  constructor({ schedule, shifts, plan, wallTime }: InForceOptions) {
    const named = plan?.shifts.filter(({ name }) => shifts?.includes(name) === true) ?? [];
    const ofShifts = named.map(({ days, startMinute, endMinute }) => ({ days, from: startMinute, to: endMinute }));
    this.#windows = schedule === undefined && shifts === undefined ? undefined : [...(schedule ?? []), ...ofShifts];
    this.#timeZone = plan?.timeZone ?? 'UTC';
    this.#wallTime = wallTime;
  }

  /** `atMs`: on the clock of the frames. */
  at(atMs: number): boolean {
    if (this.#windows === undefined) return true;
    const wallMs = this.#wallTime?.(atMs);
    if (wallMs === undefined || !Number.isFinite(wallMs)) return true;
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (this.#latest?.minute !== minute) this.#latest = { minute, answer: this.#isIn(wallMs, this.#windows) };
    return this.#latest.answer;
  }

  #isIn(wallMs: number, windows: readonly ScheduleWindow[]): boolean {
    const local = localTimeOf(wallMs, this.#timeZone);
    const today = weekdayOf(local);
    const starts = ({ days }: ScheduleWindow, weekday: number): boolean => {
      const name = WEEKDAYS[(weekday + 7) % 7];
      return days === undefined || (name !== undefined && days.includes(name));
    };
    return windows.some((window) => {
      const to = window.to <= window.from ? window.to + DAY_MINUTES : window.to;
      const isToday = starts(window, today) && local.minute >= window.from && local.minute < to;
      return isToday || (starts(window, today - 1) && local.minute + DAY_MINUTES < to);
    });
  }
}
