/** How a zone stands that must be cleaned. */
export interface CleaningView {
  /** Id of its cleaning rule. */
  readonly rule: string;
  readonly camera: string;
  readonly zone?: string;
  /** Outside of the shifts of the rule there is no event for it. */
  readonly overdue: boolean;
  /** Milliseconds since the last cleaning. */
  readonly sinceMs: number;
  /** Longest time between two; absent where it is due at times of the day alone. */
  readonly limitMs?: number;
  /** When the last one was, or when the rule first started: wall ms. Absent while the wall clock is not trusted. */
  readonly cleanedAtMs?: number;
  /** Absent where none is known. */
  readonly seenBy?: 'camera' | 'person';
  /** Who confirmed it, where a person did. */
  readonly cleanedBy?: string;
}

/** What a person says: the zone was cleaned. */
export interface CleaningConfirmation {
  /** Id of a cleaning rule, or of a zone that cleaning rules watch. */
  readonly target: string;
  /** Who says so, for the audit. */
  readonly by: string;
}

/** A rule that takes it in. */
export interface ConfirmedCleaning {
  readonly rule: string;
  readonly camera: string;
  readonly zone?: string;
}
