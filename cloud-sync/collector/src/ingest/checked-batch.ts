import type {
  EarlierNumber,
  EventBody,
  MediaBody,
  SeqRange,
  SignedHeads,
  Stream,
  TelemetryBody,
  TombstoneBody,
} from '@lineside/protocol';
import type { StreamKey } from '../records/index.ts';

/** What the collector reads from a record's body; `other` is stored and not read. */
export type RecordContent =
  | { readonly type: 'event'; readonly body: EventBody }
  | { readonly type: 'telemetry'; readonly body: TelemetryBody }
  | { readonly type: 'media'; readonly body: MediaBody }
  | { readonly type: 'tombstone'; readonly body: TombstoneBody }
  /** A device's signature of the heads of its chains in `epoch`; `valid` when it was made with the key that it names. */
  | { readonly type: 'heads'; readonly heads: SignedHeads; readonly epoch: string; readonly valid: boolean }
  /** What recovery on the device declares lost of an earlier journal of it. */
  | { readonly type: 'transfer'; readonly transfer: TransferOfJournal }
  | { readonly type: 'other' };

/** Numbers of `stream` in journal `epoch` that are lost, and why. */
export interface TransferOfJournal {
  readonly stream: Stream;
  readonly epoch: string;
  readonly reason: string;
  readonly lost: readonly SeqRange[];
  /** Where this is the record by which the journal was given up: the highest number that its successor knows of. */
  readonly known?: number | undefined;
}

export interface CheckedRecord {
  readonly seq: number;
  readonly id: string;
  /** Numbers of the same record in earlier journals of the device, from which it was transferred, newest first. */
  readonly earlier: readonly EarlierNumber[];
  readonly kind: string;
  /** The device's wall clock, a label. */
  readonly wallMs: number;
  readonly clock: string;
  /** Canonical JSON of the record: exactly the text that its hash covers. */
  readonly json: string;
  /** Chain hash after this record, calculated here from the batch's `prev`. */
  readonly hash: string;
  readonly content: RecordContent;
}

/** A batch whose form was checked; only the store knows whether its chain matches its neighbours. */
export interface CheckedBatch {
  readonly key: StreamKey;
  readonly from: number;
  readonly to: number;
  readonly prev: string;
  /** The `head` that the device claims; differs from the last record's hash when records were changed on the way. */
  readonly head: string;
  readonly records: readonly CheckedRecord[];
}
