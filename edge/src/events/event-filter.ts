import type { EventSummary } from './event-summary.ts';

/** Which events are wanted; what is left out does not matter. Wall ms. */
export interface EventFilter {
  readonly kind?: EventSummary['kind'];
  readonly severity?: EventSummary['severity'];
  readonly camera?: string;
  readonly zone?: string;
  readonly rule?: string;
  /** Type of the rule; records from before 0.1 do not have it. */
  readonly ruleType?: string;
  readonly state?: EventSummary['state'];
  /** Its latest transition at or after this. */
  readonly since?: number;
  /** Opened at or before this. */
  readonly until?: number;
}

export interface EventPage {
  readonly events: readonly EventSummary[];
  /** To be given as `before` for the page after this one; absent where there is none. */
  readonly next?: number;
}
