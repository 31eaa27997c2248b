import type { EventHistory, EventPage, EventQuery, EventTransition, EventView } from '../status/index.ts';
import type { Acknowledgement, EventReader, EventSummary, Transition } from '../events/index.ts';

/** Whether the collector has committed the record of stream `events` with that number. */
type Confirmed = (seq: number) => boolean;

/** Pages of events for the status page, newest first; a cursor is the number of the last event's latest record. */
export class EventViews {
  readonly #events: EventReader;
  readonly #confirmed: Confirmed;
  readonly #acknowledged: (event: string) => Acknowledgement | undefined;

  constructor(
    events: EventReader,
    confirmed: Confirmed,
    acknowledged: (event: string) => Acknowledgement | undefined = () => undefined,
  ) {
    this.#events = events;
    this.#confirmed = confirmed;
    this.#acknowledged = acknowledged;
  }

  page({ limit, cursor, sinceMs, untilMs, ...filter }: EventQuery): EventPage {
    const times = {
      ...(sinceMs === undefined ? {} : { since: sinceMs }),
      ...(untilMs === undefined ? {} : { until: untilMs }),
    };
    const before = cursor === undefined ? undefined : Number(cursor);
    const { events, next } = this.#events.page(limit, { ...filter, ...times }, before);
    const views = events.map((event) => this.#view(event));
    return next === undefined ? { events: views } : { events: views, next: String(next) };
  }

  history(id: string): EventHistory | undefined {
    const found = this.#events.show(id);
    if (found === undefined) return undefined;
    const { event, transitions } = found;
    const clips = this.#events.clips(event.event);
    return { ...this.#view(event), ...(clips.length > 0 && { clips }), transitions: transitions.map(transitionView) };
  }

  #view(event: EventSummary): EventView {
    const acknowledged = this.#acknowledged(event.event);
    return { ...eventView(event, this.#isDelivered(event)), ...(acknowledged === undefined ? {} : { acknowledged }) };
  }

  /** Fresh records are sent before older ones, so each record of the event counts. */
  #isDelivered({ event, firstSeq, lastSeq, transitions }: EventSummary): boolean {
    if (!this.#confirmed(lastSeq) || !this.#confirmed(firstSeq)) return false;
    return transitions <= 2 || this.#events.transitions(event).every(({ seq }) => this.#confirmed(seq));
  }
}

function eventView(summary: EventSummary, delivered: boolean): EventView {
  const { clock, openedAtMs, updatedAtMs, durationMs, snapshots } = summary;
  const { zone, score, closedAtMs, reason, model, details } = summary;
  const snapshot = snapshots.at(-1);
  return {
    event: summary.event,
    kind: summary.kind,
    state: summary.state,
    severity: summary.severity,
    camera: summary.camera,
    rule: summary.rule,
    label: summary.label,
    ...{ openedAtMs, updatedAtMs, durationMs, clock, delivered, snapshots },
    ...(summary.ruleType === undefined ? {} : { ruleType: summary.ruleType }),
    ...(zone === undefined ? {} : { zone }),
    ...(score === undefined ? {} : { score }),
    ...(closedAtMs === undefined ? {} : { closedAtMs }),
    ...(reason === undefined ? {} : { reason }),
    ...(model === undefined ? {} : { model }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(details === undefined ? {} : { details }),
  };
}

function transitionView({ seq, wallMs, body }: Transition): EventTransition {
  return {
    seq,
    phase: body.phase,
    atMs: wallMs,
    durationMs: body.durationMs,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    ...(body.snapshot === undefined ? {} : { snapshot: body.snapshot }),
  };
}
