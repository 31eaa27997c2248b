import type { EventHistory, EventPage, EventQuery, EventTransition, FoldedEvent } from '../status/index.ts';
import type { EventReader, FoldedEvent as StoredEvent, Transition } from '../events/index.ts';

/** A stored event in the status room's words. `ackedUpTo`: everything up to this number is at the collector. */
export function eventView(stored: StoredEvent, ackedUpTo: number): FoldedEvent {
  const snapshot = stored.snapshots.at(-1);
  return {
    event: stored.event,
    kind: stored.kind,
    state: stored.state,
    severity: stored.severity,
    camera: stored.camera,
    rule: stored.rule,
    label: stored.label,
    openedAtMs: stored.openedWallMs,
    updatedAtMs: stored.latestWallMs,
    durationMs: stored.durationMs,
    clock: stored.clock,
    delivered: stored.lastSeq <= ackedUpTo,
    snapshots: stored.snapshots,
    ...(stored.ruleType === undefined ? {} : { ruleType: stored.ruleType }),
    ...(stored.zone === undefined ? {} : { zone: stored.zone }),
    ...(stored.score === undefined ? {} : { score: stored.score }),
    ...(stored.closedWallMs === undefined ? {} : { closedAtMs: stored.closedWallMs }),
    ...(stored.reason === undefined ? {} : { reason: stored.reason }),
    ...(stored.model === undefined ? {} : { model: stored.model }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(stored.details === undefined ? {} : { details: stored.details }),
  };
}

function transitionView(transition: Transition): EventTransition {
  const { seq, wallMs, body } = transition;
  return {
    seq,
    phase: body.phase,
    atMs: wallMs,
    durationMs: body.durationMs,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    ...(body.snapshot === undefined ? {} : { snapshot: body.snapshot }),
  };
}

/** Pages of events for the status page, newest first; a cursor is the number of events already shown. */
export class EventViews {
  readonly #reader: EventReader;
  readonly #ackedUpTo: () => number;

  constructor(reader: EventReader, ackedUpTo: () => number) {
    this.#reader = reader;
    this.#ackedUpTo = ackedUpTo;
  }

  page(query: EventQuery): EventPage {
    const skip = Math.min(MOST_SKIPPED, Math.max(0, Math.trunc(Number(query.cursor ?? 0)) || 0));
    const filter = {
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      ...(query.camera === undefined ? {} : { camera: query.camera }),
    };
    const found = this.#reader.list(skip + query.limit + 1, filter).slice(skip);
    const acked = this.#ackedUpTo();
    const events = found.slice(0, query.limit).map((stored) => eventView(stored, acked));
    return found.length > query.limit ? { events, next: String(skip + query.limit) } : { events };
  }

  history(id: string): EventHistory | undefined {
    const found = this.#reader.show(id);
    if (found === undefined) return undefined;
    return { ...eventView(found.event, this.#ackedUpTo()), transitions: found.transitions.map(transitionView) };
  }
}

const MOST_SKIPPED = 10_000;
