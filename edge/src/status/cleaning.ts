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
