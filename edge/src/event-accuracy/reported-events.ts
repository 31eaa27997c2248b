import type { RuleOutput } from '../domain/index.ts';
import type { ReportedEvent } from './true-event.ts';

/** One transition with its place in the recording. */
export interface ReportedTransition {
  readonly event: string;
  readonly camera: string;
  readonly atMs: number;
  readonly output: Pick<RuleOutput, 'phase' | 'kind' | 'rule' | 'zone' | 'label' | 'box'> & {
    readonly reason?: RuleOutput['reason'];
    readonly details?: RuleOutput['details'];
  };
}

/** Puts the transitions of a replay together, one reported event for each id, in the order in which they opened. */
export class ReportedEvents {
  readonly #events = new Map<string, ReportedEvent>();

  add({ event: id, camera, atMs, output }: ReportedTransition): void {
    const known = this.#events.get(id);
    if (output.phase === 'opened' || known === undefined) {
      const { kind, rule, zone, label, box } = output;
      const condition = conditionOf(output.details);
      const place = { ...(zone !== undefined && { zone }), ...(box !== undefined && { box }) };
      this.#events.set(id, { id, camera, kind, rule, label, openedMs: atMs, ...place, ...condition });
    }
    // The end of the recording is no end of what it shows.
    if (output.phase === 'closed' && output.reason !== 'restart') {
      const event = this.#events.get(id);
      if (event !== undefined) this.#events.set(id, { ...event, closedMs: atMs });
    }
  }

  all(): readonly ReportedEvent[] {
    return [...this.#events.values()];
  }
}

/** Details by which rules name what they report. */
const NAMED = ['condition', 'outcome', 'state'] as const;

function conditionOf(details: RuleOutput['details']): Pick<ReportedEvent, 'condition'> {
  const named = NAMED.map((name) => details?.[name]).find((value) => typeof value === 'string');
  return typeof named === 'string' ? { condition: named } : {};
}
