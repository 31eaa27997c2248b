import type { Box, CloseReason, EventKind, EventPhase, FrameRef, RuleOutput, Severity } from '../../domain/index.ts';
import type { Timing } from '../timing.ts';
import { Incident } from './incident.ts';

/** What all incidents of one rule have in common. */
export interface IncidentFacts {
  readonly rule: string;
  readonly ruleType: string;
  readonly kind: EventKind;
  readonly severity: Severity;
  readonly zone?: string | undefined;
  readonly timing: Timing;
}

/**
 * What was seen where the condition was true. `score` is 0 to 1, and absent where nothing was to be seen; `box` in pixels
 * of the source frame, and absent where there was no frame.
 */
export interface Sighting {
  readonly label: string;
  readonly score?: number;
  readonly box?: Box;
  /** Track of the object, where it is one. */
  readonly id?: number;
  /** The frame that shows it, where it is an earlier one. */
  readonly shownIn?: FrameRef;
}

/**
 * One observation of a subject. `reason` is reported if a false observation closes the incident. With `isNews` the details
 * of an open incident have changed so much that it is reported at once.
 */
export type Observation =
  | { readonly condition: true; readonly sighting: Sighting; readonly isNews?: boolean }
  | { readonly condition: false; readonly reason: CloseReason };

export type Details = NonNullable<RuleOutput['details']>;

/** The incident of one subject, and what its events report. */
export class IncidentState {
  readonly #facts: IncidentFacts;
  readonly #nextKey: () => string;
  readonly #incident: Incident;
  #key = '';
  #latest: Sighting | undefined;
  #bestScore: number | undefined;

  constructor(facts: IncidentFacts, nextKey: () => string) {
    this.#facts = facts;
    this.#nextKey = nextKey;
    this.#incident = new Incident(facts.timing);
  }

  get isOpen(): boolean {
    return this.#incident.isOpen;
  }

  /** True while it is pending or open. */
  get isActive(): boolean {
    return this.#incident.isActive;
  }

  /** True observations since the condition began. */
  get sightings(): number {
    return this.#incident.sightings;
  }

  /** Milliseconds that the condition has held. */
  get durationMs(): number {
    return this.#incident.durationMs;
  }

  isOver(atMs: number): boolean {
    return this.#incident.isOver(atMs);
  }

  /** The subject is there in this frame, although it cannot be judged. */
  stay(atMs: number): void {
    this.#incident.stay(atMs);
  }

  /** Milliseconds since anything was known of the subject of what is pending or open; else 0. */
  unobservedMs(atMs: number): number {
    return this.#incident.unobservedMs(atMs);
  }

  /** The subject is hidden in this frame, which is no observation. */
  hide(): void {
    this.#incident.hide();
  }

  /** Takes in one observation. Calls `details` only when there is something to report. */
  observe(atMs: number, observation: Observation, details: () => Details): RuleOutput[] {
    const isNews = observation.condition && observation.isNews === true;
    const transition = this.#incident.observe(atMs, observation.condition, isNews);
    if (observation.condition) this.#remember(observation.sighting);
    if (transition === undefined) return [];
    if (transition === 'opened') this.#key = this.#nextKey();
    const reason = observation.condition ? undefined : observation.reason;
    return [this.#output(transition, details(), reason)];
  }

  /** Closes the incident if it is open, and forgets it if it is pending. */
  forceClose(atMs: number, reason: CloseReason, details: () => Details): RuleOutput[] {
    return this.#incident.forceClose(atMs) ? [this.#output('closed', details(), reason)] : [];
  }

  /** The best score is that of one incident, so the first sighting of an incident starts it again. */
  #remember(sighting: Sighting): void {
    const { score } = sighting;
    const isFirst = this.#incident.sightings === 1 || this.#bestScore === undefined;
    this.#bestScore = isFirst || score === undefined ? score : Math.max(this.#bestScore ?? 0, score);
    this.#latest = sighting;
  }

  #output(phase: EventPhase, details: Details, reason?: CloseReason): RuleOutput {
    const { rule, ruleType, kind, severity, zone } = this.#facts;
    return {
      phase,
      key: this.#key,
      rule,
      ruleType,
      kind,
      severity,
      label: this.#latest?.label ?? kind,
      durationMs: this.#incident.durationMs,
      held: this.#incident.held,
      details,
      ...(zone === undefined ? {} : { zone }),
      ...(reason === undefined ? {} : { reason }),
      ...(this.#bestScore === undefined ? {} : { score: this.#bestScore }),
      ...(this.#latest?.box === undefined ? {} : { box: this.#latest.box }),
      ...(this.#latest?.id === undefined ? {} : { track: this.#latest.id }),
      ...(this.#latest?.shownIn === undefined || phase === 'closed' ? {} : { shownIn: this.#latest.shownIn }),
    };
  }
}
