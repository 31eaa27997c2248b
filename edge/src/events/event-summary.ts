import { type ClockQuality, type EventBody, readEventBody, WireRecord } from '@lineside/protocol';
import { EVENT_RECORD } from './journal-recorder.ts';

/** One transition of an event, with its place in the journal. */
export interface Transition {
  readonly seq: number;
  readonly wallMs: number;
  readonly clock: ClockQuality;
  readonly body: EventBody;
}

/** An event as people ask for it: all its transitions folded into one. */
export interface FoldedEvent {
  readonly event: string;
  readonly state: 'open' | 'closed';
  readonly kind: EventBody['kind'];
  readonly severity: EventBody['severity'];
  readonly camera: string;
  readonly zone?: string;
  readonly rule: string;
  readonly ruleType?: string;
  readonly label: string;
  readonly reason?: EventBody['reason'];
  readonly openedWallMs: number;
  readonly latestWallMs: number;
  readonly closedWallMs?: number;
  /** The least trusted clock among its transitions. */
  readonly clock: ClockQuality;
  readonly durationMs: number;
  /** Highest score of any transition, 0 to 1. */
  readonly score?: number;
  readonly model?: EventBody['model'];
  /** True when any of its transitions came from degraded results. */
  readonly degraded: boolean;
  readonly snapshots: readonly string[];
  readonly details?: EventBody['details'];
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly transitions: number;
}

const DOUBT: readonly ClockQuality[] = ['synced', 'unsynced', 'suspect'];

/** A stored record as a transition; undefined for tombstones and for what does not fit. */
export function transitionOf(json: string): Transition | undefined {
  const record = WireRecord.safeParse(JSON.parse(json));
  if (!record.success || record.data.k !== EVENT_RECORD) return undefined;
  const body = readEventBody(record.data.b);
  if (body === undefined) return undefined;
  return { seq: record.data.s, wallMs: record.data.t, clock: record.data.q, body };
}

/** Folds transitions of one event, in the order of their numbers; undefined without any. */
export function foldEvent(transitions: readonly Transition[]): FoldedEvent | undefined {
  const first = transitions[0];
  const last = transitions.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const bodies = transitions.map((transition) => transition.body);
  const closed = transitions.find((transition) => transition.body.phase === 'closed');
  const scores = bodies.flatMap((body) => body.score ?? []);
  const model = bodies.findLast((body) => body.model !== undefined)?.model;
  const details = bodies.findLast((body) => body.details !== undefined)?.details;
  const worst = Math.max(...transitions.map((transition) => DOUBT.indexOf(transition.clock)));
  return {
    event: first.body.event,
    state: closed === undefined ? 'open' : 'closed',
    kind: last.body.kind,
    severity: last.body.severity,
    camera: last.body.camera,
    rule: last.body.rule,
    label: last.body.label,
    openedWallMs: first.wallMs,
    latestWallMs: last.wallMs,
    clock: DOUBT[worst] ?? 'suspect',
    durationMs: Math.max(...bodies.map((body) => body.durationMs)),
    degraded: bodies.some((body) => body.model?.degraded === true),
    snapshots: [...new Set(bodies.flatMap((body) => body.snapshot ?? []))],
    firstSeq: first.seq,
    lastSeq: last.seq,
    transitions: transitions.length,
    ...(last.body.ruleType === undefined ? {} : { ruleType: last.body.ruleType }),
    ...(last.body.zone === undefined ? {} : { zone: last.body.zone }),
    ...(closed === undefined ? {} : { closedWallMs: closed.wallMs, reason: closed.body.reason }),
    ...(scores.length === 0 ? {} : { score: Math.max(...scores) }),
    ...(model === undefined ? {} : { model }),
    ...(details === undefined ? {} : { details }),
  };
}
