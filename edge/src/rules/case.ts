import type { Box, CloseReason, EventKind, RuleOutput, Severity } from '../domain/index.ts';
import { Incident, type Transition } from './incident.ts';
import type { Timing } from './spec.ts';

/** What all incidents of one rule share. */
export interface RuleFacts {
  readonly rule: string;
  readonly kind: EventKind;
  readonly severity: Severity;
  readonly zone?: string | undefined;
  readonly timing: Timing;
}

export interface Sighting {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
}

type Details = NonNullable<RuleOutput['details']>;

/** One subject of a rule: its incident, and what to say of it. */
export class Case {
  readonly #facts: RuleFacts;
  readonly #nextKey: () => string;
  readonly #incident: Incident;
  #key = '';
  #latest: Sighting | undefined;
  #best = 0;

  constructor(facts: RuleFacts, nextKey: () => string) {
    this.#facts = facts;
    this.#nextKey = nextKey;
    this.#incident = new Incident(facts.timing);
  }

  get isOpen(): boolean {
    return this.#incident.isOpen;
  }

  get sightings(): number {
    return this.#incident.sightings;
  }

  isOver(atMs: number): boolean {
    return this.#incident.isOver(atMs);
  }

  /** The condition was seen. */
  holds(atMs: number, sighting: Sighting, details: () => Details): RuleOutput[] {
    const transition = this.#incident.observe(atMs, 'holds');
    // The first sighting of an incident begins its best score anew.
    this.#best = this.#incident.sightings === 1 ? sighting.score : Math.max(this.#best, sighting.score);
    this.#latest = sighting;
    if (transition === undefined) return [];
    if (transition === 'opened') this.#key = this.#nextKey();
    return [this.#say(transition, details())];
  }

  /** It was looked for and not seen; `reason` is said if this closes the incident. */
  contrary(atMs: number, reason: CloseReason, details: () => Details): RuleOutput[] {
    return this.#incident.observe(atMs, 'contrary') === 'closed' ? [this.#say('closed', details(), reason)] : [];
  }

  /** Nothing more can be said of it. */
  shut(atMs: number, reason: CloseReason, details: () => Details): RuleOutput[] {
    return this.#incident.shut(atMs) ? [this.#say('closed', details(), reason)] : [];
  }

  #say(phase: Transition, details: Details, reason?: CloseReason): RuleOutput {
    const { rule, kind, severity, zone } = this.#facts;
    return {
      phase,
      key: this.#key,
      rule,
      kind,
      severity,
      label: this.#latest?.label ?? kind,
      lastedMs: this.#incident.lastedMs,
      details,
      ...(zone === undefined ? {} : { zone }),
      ...(reason === undefined ? {} : { reason }),
      ...(this.#latest === undefined ? {} : { score: this.#best, box: this.#latest.box }),
    };
  }
}
