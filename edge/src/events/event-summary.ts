import {
  type ClockQuality,
  type EventBody,
  type EventSummary as ProtocolSummary,
  orderedTimes,
  readEventBody,
  readWireRecord,
  summarise,
} from '@lineside/protocol/records';
import { EVENT_RECORD } from './record-kinds.ts';

/** One transition of an event, with its number in stream `events`. */
export interface Transition {
  readonly seq: number;
  readonly wallMs: number;
  readonly clock: ClockQuality;
  readonly body: EventBody;
}

/** All transitions of one event that the journal holds, put together. Times are wall ms. */
export interface EventSummary extends Omit<ProtocolSummary, 'latest' | 'snapshots'> {
  /** SHA-256 of each snapshot, oldest first. */
  readonly snapshots: readonly string[];
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** How many transitions are held. */
  readonly transitions: number;
}

/** A summary as the event table keeps it: with what is needed to add another transition. */
export interface StoredSummary {
  readonly summary: ProtocolSummary;
  readonly firstSeq: number;
  readonly transitions: number;
}

/** All records of one journal have the same rank of journal. */
const THIS_JOURNAL = 0;

/** The summary after one more transition, whose number is above all before. */
export function extendSummary(before: StoredSummary | undefined, transition: Transition): StoredSummary {
  const { seq, wallMs, clock, body } = transition;
  const rank = { journal: THIS_JOURNAL, seq };
  return {
    summary: summarise(before?.summary, { rank, wallMs, clock, body }),
    firstSeq: before?.firstSeq ?? seq,
    transitions: (before?.transitions ?? 0) + 1,
  };
}

/** Puts the transitions of one event together, in the order of their numbers; undefined without any. */
export function summariseAll(transitions: Iterable<Transition>): StoredSummary | undefined {
  let summary: StoredSummary | undefined;
  for (const transition of transitions) summary = extendSummary(summary, transition);
  return summary;
}

/** The event as it is listed: it never closes before it opens, also where the clock was set in between. */
export function eventSummary({ summary, firstSeq, transitions }: StoredSummary): EventSummary {
  const { latest, snapshots, ...facts } = summary;
  const times = orderedTimes({ ...facts, openedClock: facts.openedClock ?? facts.clock });
  return {
    ...facts,
    ...times,
    snapshots: snapshots.map(({ sha256 }) => sha256),
    firstSeq,
    lastSeq: latest.seq,
    transitions,
  };
}

/** A stored record as a transition; undefined for tombstones and for what does not fit the schema. */
export function transitionOf(json: string): Transition | undefined {
  const record = readWireRecord(JSON.parse(json));
  if (record?.k !== EVENT_RECORD) return undefined;
  const body = readEventBody(record.b);
  return body === undefined ? undefined : { seq: record.s, wallMs: record.t, clock: record.q, body };
}
