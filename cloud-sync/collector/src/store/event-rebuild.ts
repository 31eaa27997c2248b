import type { EarlierNumber } from '@lineside/protocol';
import { readStored } from '../ingest/index.ts';
import { addTransition, streamName, type StoredSummary, type StreamKey } from '../records/index.ts';

/**
 * Of the rules by which event summaries are made from records. To be raised with every change of them: table `events` of
 * an older store is then made again from its records, and verification compares like with like.
 */
export const EVENTS_VERSION = 2;

/** A stored event record. */
export interface EventRecordRow extends StreamKey {
  readonly journal: number;
  readonly seq: number;
  readonly hash: string;
  readonly json: string;
}

/** For either database: the records of all event streams, in the order in which journals were made. */
export const EVENT_RECORDS = `select r.journal, j.device, j.epoch, j.stream, r.seq, r.hash, r.json
  from records r join journals j on j.id = r.journal where j.stream = 'events' order by r.journal, r.seq`;

/** For either database: devices of which retention has deleted event records. */
export const RETIRED_DEVICES = `select distinct j.device from retired t join journals j on j.id = t.journal
  where j.stream = 'events'`;

/** Event summaries from records alone; those whose first transitions retention has deleted cannot be made again. */
export function summariesOf(rows: Iterable<EventRecordRow>, retired: ReadonlySet<string>): readonly StoredSummary[] {
  const events = new Map<string, StoredSummary>();
  const seen = new Map<string, string>();
  for (const row of rows) {
    const record = readStored(row, row.json, row.hash);
    if (record === undefined) continue;
    const { id, seq, earlier, wallMs, clock, content } = record;
    seen.set(`${streamName(row)}/${seq}`, id);
    const isSeen = (was: EarlierNumber): boolean =>
      seen.get(`${streamName({ ...row, epoch: was.epoch })}/${was.seq}`) === id;
    if (earlier.some(isSeen)) continue;
    if (content.type !== 'event') continue;
    const { device } = row;
    const name = `${device}/${content.body.event}`;
    const transition = { device, wallMs, clock, rank: { journal: row.journal, seq }, body: content.body };
    events.set(name, addTransition(events.get(name), transition));
  }
  return [...events.values()].filter(({ device, openedKnown }) => openedKnown || !retired.has(device));
}
