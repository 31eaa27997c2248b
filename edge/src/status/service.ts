/** How a machine stands that must be serviced. */
export interface ServiceView {
  /** Id of its maintenance rule. */
  readonly rule: string;
  readonly camera: string;
  /** A limit is reached; outside of the shifts of the rule there is no event for it. */
  readonly overdue: boolean;
  /** At least one; running time and counts are at most ten minutes old. */
  readonly limits: readonly ServiceLimitView[];
  /** When the last service was, or when the rule first started: wall ms. Absent while the wall clock is not trusted. */
  readonly servicedAtMs?: number;
  /** Who confirmed it; absent where nobody has yet. */
  readonly servicedBy?: string;
}

export interface ServiceLimitView {
  readonly by: 'interval' | 'running_time' | 'count';
  /** In milliseconds; by `count` in `unit`. */
  readonly value: number;
  readonly limit: number;
  /** `value` by `limit`. */
  readonly used: number;
  /** Of the signal that counts, where it has one. */
  readonly unit?: string;
}

/** What a person says: the machine was serviced. */
export interface ServiceConfirmation {
  /** Id of a maintenance rule. */
  readonly rule: string;
  /** Who says so, for the audit. */
  readonly by: string;
}

/** The rule that takes it in. */
export interface ConfirmedService {
  readonly rule: string;
  readonly camera: string;
}
