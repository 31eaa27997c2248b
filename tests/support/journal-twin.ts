import { randomBytes, randomUUID } from 'node:crypto';
import {
  canonicalJson,
  chainNext,
  chainStart,
  type Batch,
  type ClockQuality,
  type EventBody,
  type Stream,
  type TelemetryBody,
  type TombstoneBody,
  type WireRecord,
} from '@lineside/protocol';

/** One stream of an appliance's journal, as far as the wire can see it: numbers, records, chain. */
export class JournalTwin {
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
  readonly records: WireRecord[] = [];
  /** `heads[n]` is the chain hash after record n; `heads[0]` the one before the first. */
  readonly heads: string[];

  constructor(device: string, stream: Stream = 'events', epoch = randomBytes(8).toString('hex')) {
    this.device = device;
    this.stream = stream;
    this.epoch = epoch;
    this.heads = [chainStart(device, epoch, stream)];
  }

  append(
    kind: string,
    body: object,
    wallMs = 1_790_000_000_000 + this.records.length * 1000,
    { clock = 'synced', monoMs = this.records.length * 1000 }: { clock?: ClockQuality; monoMs?: number } = {},
  ): WireRecord {
    const record: WireRecord = {
      s: this.records.length + 1,
      id: randomUUID(),
      k: kind,
      t: wallMs,
      m: monoMs,
      q: clock,
      boot: 'boot-1',
      b: body as WireRecord['b'],
    };
    this.records.push(record);
    this.heads.push(chainNext(this.head, canonicalJson(record)));
    return record;
  }

  /** Appends a record of an earlier journal, as a journal does that was rolled back and continues under a new epoch. */
  carryOver(from: JournalTwin, seq: number): WireRecord {
    const before = from.records[seq - 1];
    if (before === undefined) throw new Error(`no record ${seq}`);
    const record = { ...before, s: this.records.length + 1, was: { epoch: from.epoch, s: seq } };
    this.records.push(record);
    this.heads.push(chainNext(this.head, canonicalJson(record)));
    return record;
  }

  /** Appends `count` events that open. */
  appendEvents(count: number): this {
    for (let i = 0; i < count; i += 1) this.append('event', eventBody());
    return this;
  }

  /** Declares numbers lost, as the journal does when it evicts. */
  appendTombstone(from: number, to: number): WireRecord {
    const body: TombstoneBody = { from, to, count: to - from + 1, reason: 'quota', head: this.heads[to] ?? '' };
    return this.append('tombstone', body);
  }

  get head(): string {
    return this.heads.at(-1) ?? '';
  }

  batch(from = 1, to = this.records.length): Batch {
    return {
      v: 1,
      dev: this.device,
      epoch: this.epoch,
      stream: this.stream,
      from,
      to,
      prev: this.heads[from - 1] ?? '',
      head: this.heads[to] ?? '',
      ev: this.records.slice(from - 1, to),
    };
  }
}

/** Body of an event, an opening by default. */
export function eventBody(changes: Partial<EventBody> = {}): EventBody {
  return {
    event: randomUUID(),
    kind: 'sanitation',
    phase: 'opened',
    severity: 'warning',
    camera: 'floor',
    zone: 'aisle',
    rule: 'spill',
    label: 'spill',
    durationMs: 5000,
    score: 0.9,
    box: [10, 20, 110, 220],
    ...changes,
  };
}

/** Body of a counter record: of ten frames offered nine are inspected, unless `changes` says otherwise. */
export function counterBody(changes: Partial<TelemetryBody> = {}): TelemetryBody {
  const counters = { offered: 10, inspected: 9, skipped: { newer_frame: 1 }, failed: {} };
  return { camera: 'belt', model: 'ppe', state: 'streaming', counters, ...changes };
}

/** An event body as devices wrote it before `durationMs` had its name. */
export function oldForm({ durationMs, ...body }: EventBody): object {
  return { ...body, lastedMs: durationMs };
}
