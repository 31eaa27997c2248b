import type {
  DeviceState,
  EventBody,
  MediaBody,
  SignedHeads,
  Stream,
  TelemetryBody,
  TombstoneBody,
} from '@lineside/protocol';

/** A stream of one journal file of one device: what a sequence number belongs to. */
export interface StreamKey {
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
}

/** Numbers `first..last`, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What the collector understands of a record's body; `other` is kept and not read. */
export type Meaning =
  | { readonly is: 'event'; readonly body: EventBody }
  | { readonly is: 'telemetry'; readonly body: TelemetryBody }
  | { readonly is: 'media'; readonly body: MediaBody }
  | { readonly is: 'tombstone'; readonly body: TombstoneBody }
  /** A device's signature under the heads of its chains; `holds` when it is that key's. */
  | { readonly is: 'heads'; readonly heads: SignedHeads; readonly holds: boolean }
  | { readonly is: 'other' };

export interface CheckedRecord {
  readonly seq: number;
  readonly id: string;
  /** Number under which the same record stood in an earlier journal of the device, from which it was carried over. */
  readonly was?: { readonly epoch: string; readonly seq: number };
  readonly kind: string;
  /** Device's wall clock, a label. */
  readonly wallMs: number;
  readonly clock: string;
  /** Canonical JSON of the record, exactly what its hash is over. */
  readonly json: string;
  /** Chain hash after this record, computed here from the batch's `prev`. */
  readonly hash: string;
  readonly meaning: Meaning;
}

/** A batch whose form was checked; whether its chain fits its neighbours is the store's to say. */
export interface CheckedBatch {
  readonly key: StreamKey;
  readonly from: number;
  readonly to: number;
  readonly prev: string;
  /** The `head` the device claims; differs from the last record's hash when records were changed on the way. */
  readonly head: string;
  readonly records: readonly CheckedRecord[];
}

export interface Watermark {
  /** Everything up to here is stored or declared lost; 0 when number 1 is missing. */
  readonly upto: number;
  /** Ranges beyond `upto` that are, lowest first. */
  readonly sack: readonly Span[];
}

export interface BatchOutcome {
  /** Chain hash of the record at the watermark, where it is stored: a device that has another there was turned back. */
  readonly head?: string;
  readonly inserted: number;
  readonly duplicates: number;
  /** Rows that came again with another hash; the first is kept. */
  readonly conflicts: number;
  readonly breaks: number;
  /** Numbers newly declared lost. */
  readonly declared: number;
  readonly watermark: Watermark;
}

export interface StreamRow extends StreamKey {
  /** Records ever stored, those included that retention took away since. */
  readonly stored: number;
  readonly retired: number;
  readonly declaredLost: number;
  /** Numbers below the highest that are neither. */
  readonly missing: number;
  readonly upto: number;
  readonly highest: number;
  readonly head: string | null;
  /** Latest number whose history the device signed and which is stored with the hash that it signed; 0 when none is. */
  readonly signedUpto: number;
}

/** Numbers that a device gave up for one reason, all its journals together. */
export interface LossRow {
  readonly device: string;
  readonly stream: Stream;
  /** The device's word: quota, corruption, ... */
  readonly reason: string;
  readonly count: number;
  /** When the collector heard of the latest. */
  readonly lastMs: number;
}

/** A signature of a device that does not hold, or is under another history or by another key than before. */
export interface SignatureProblem extends StreamKey {
  readonly seq: number;
  readonly problem: 'forged' | 'other_history' | 'other_key';
  readonly atMs: number;
}

export interface TelemetryRow {
  readonly device: string;
  readonly camera: string;
  readonly model: string;
  readonly wallMs: number;
  readonly receivedMs: number;
  readonly body: TelemetryBody;
}

export interface DeviceRow {
  readonly device: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Latest birth, which may be old; whether the device is online now is presence's to say. */
  readonly birth: DeviceState | undefined;
  readonly hasCredential: boolean;
  /** The full document the device reported last, unread. */
  readonly reported: unknown;
}

/** One event with all its transitions folded together. */
export interface EventRow {
  readonly device: string;
  readonly event: string;
  readonly kind: string;
  readonly severity: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly rule: string;
  readonly label: string;
  readonly openedMs: number;
  /** True when the opening itself was seen; otherwise `openedMs` is reckoned from a later transition. */
  readonly openedKnown: boolean;
  readonly updatedMs: number;
  readonly closedMs: number | null;
  readonly reason: string | null;
  readonly durationMs: number;
  readonly score: number | null;
  readonly clock: string;
  readonly snapshot: string | null;
  /** True when the picture's bytes are here. */
  readonly snapshotStored: boolean;
  readonly extra: Pick<EventBody, 'box' | 'frame' | 'model' | 'details' | 'ruleType'>;
}

export interface EventQuery {
  readonly device?: string | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
  /** From the previous page's `next`. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export type GapState = 'open' | 'closed' | 'declared';

/** Numbers that were missing for longer than the reorder timeout. */
export interface GapRow extends StreamKey, Span {
  readonly id: number;
  readonly state: GapState;
  /** Numbers in it that are still neither stored nor declared lost. */
  readonly missing: number;
  readonly openedMs: number;
  readonly closedMs: number | null;
  readonly requests: number;
  readonly requestedMs: number | null;
}

export interface ChainBreak extends StreamKey {
  readonly seq: number;
  /** Which link did not fit: `prev` to the record before, `head` inside the batch, `next` to the record after. */
  readonly link: 'prev' | 'head' | 'next';
  readonly expected: string;
  readonly found: string;
  readonly atMs: number;
  readonly times: number;
}

export interface Conflict extends StreamKey {
  readonly seq: number;
  readonly keptHash: string;
  readonly refusedHash: string;
  /** True when the record itself differs; false when only the history before it does. */
  readonly contentDiffers: boolean;
  readonly atMs: number;
  readonly times: number;
}

export interface Totals {
  readonly devices: number;
  readonly records: Readonly<Record<string, number>>;
  readonly declaredLost: number;
  readonly missing: number;
  readonly gapsOpen: number;
  readonly chainBreaks: number;
  readonly conflicts: number;
  readonly events: Readonly<Record<string, number>>;
  readonly media: number;
  readonly mediaBytes: number;
}

export interface MediaRow {
  readonly sha256: string;
  readonly device: string;
  readonly bytes: number;
  readonly mime: string;
  readonly storedMs: number;
}

export interface Credential {
  readonly device: string;
  /** In Mosquitto's `$7$` form (PBKDF2-SHA512). */
  readonly hash: string;
  readonly createdMs: number;
}

/** What `verify` found wrong; `missing` and `changed` mean that the store is not what was acked. */
export interface Finding extends StreamKey {
  readonly problem: 'changed' | 'missing' | 'broken_link' | 'gap' | 'count' | 'damaged' | 'signature';
  readonly first: number;
  readonly last: number;
  readonly message: string;
}

/**
 * Where the collector keeps what it acked. Calls are asynchronous so that a database across a network can stand
 * behind them; a promise that resolves means: on disk. Any call rejects when the database does.
 */
export interface CollectorStore {
  /** Stores batches in one transaction, in order; nothing of the group is stored when it rejects. */
  commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]>;
  saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void>;
  saveReported(device: string, json: string, atMs: number): Promise<void>;

  devices(): Promise<readonly DeviceRow[]>;
  streams(): Promise<readonly StreamRow[]>;
  telemetry(): Promise<readonly TelemetryRow[]>;
  events(query: EventQuery): Promise<Page<EventRow>>;
  totals(): Promise<Totals>;

  /** Numbers missing between stored ones, at most `limit` ranges. */
  holes(limit: number): Promise<readonly (StreamKey & Span)[]>;
  /** Opens gaps for `ripe` holes, closes those that were filled or declared; returns the open ones with what is missing. */
  reconcileGaps(ripe: readonly (StreamKey & Span)[], atMs: number): Promise<readonly GapRow[]>;
  noteRequest(gap: number, atMs: number): Promise<void>;
  gaps(state: GapState | undefined, limit: number): Promise<readonly GapRow[]>;
  chainBreaks(limit: number): Promise<readonly ChainBreak[]>;
  conflicts(limit: number): Promise<readonly Conflict[]>;
  /** What devices gave up, by stream and reason; the most first. */
  losses(limit: number): Promise<readonly LossRow[]>;
  /** What is wrong with the latest signatures, at most `limit`. */
  signatureProblems(limit: number): Promise<readonly SignatureProblem[]>;

  media(sha256: string): Promise<MediaRow | undefined>;
  saveMedia(row: MediaRow): Promise<void>;

  /**
   * Takes away the oldest records of a stream that came before `receivedBeforeMs`, of each journal at most `limit` and
   * never beyond what is complete; keeps where the chain goes on. Resolves to how many.
   */
  retire(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number>;
  /** Pictures whose bytes are kept, oldest first. */
  oldestMedia(limit: number): Promise<readonly MediaRow[]>;
  /** The row stays and says that the bytes are gone. */
  retireMedia(sha256: string, atMs: number): Promise<void>;
  credentials(): Promise<readonly Credential[]>;
  credential(device: string): Promise<Credential | undefined>;
  /** Adds or replaces; resolves to the new revision. */
  saveCredential(credential: Credential): Promise<number>;
  /** True when there was one. */
  removeCredential(device: string): Promise<boolean>;
  /** Rises with every change of credentials, by any process. */
  credentialRevision(): Promise<number>;
  /** Revision that the running collector has put into force. */
  appliedRevision(): Promise<number>;
  noteApplied(revision: number): Promise<void>;

  /** Walks every chain from its start; yields what is wrong, returns how many records it read. */
  verify(): AsyncGenerator<Finding, { records: number; streams: number }>;
  /** Name that all collectors on this database share; undefined where there can be only one. */
  clusterId(): Promise<string | undefined>;
  /** Notes that collector `id` is at work; resolves to how many others were within the last `aliveMs`. */
  attend(id: string, aliveMs: number): Promise<number>;
  /** Takes the note back. */
  depart(id: string): Promise<void>;
  /** Rejects while the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
