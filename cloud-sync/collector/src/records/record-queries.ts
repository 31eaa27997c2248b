import type { ClockQuality, DeviceState, EventBody, Reported, TelemetryBody } from '@lineside/protocol';
import type { Neighbours } from '@lineside/protocol/coverage';
import type { InspectionSample, SampleQuery } from './inspection-sample.ts';
import type { SignatureProblem } from './signature-problem.ts';
import type { StreamKey } from './stream-key.ts';

/** What can be asked about stored records; API, page and commands use it. Rejects while the database does not answer. */
export interface RecordQueries {
  devices(): Promise<readonly DeviceRow[]>;
  streams(): Promise<readonly StreamRow[]>;
  /** The latest counters of each camera and model. */
  telemetry(): Promise<readonly TelemetryRow[]>;
  /** Telemetry records of one device by their wall time, in the order in which they were written. */
  inspectionSamples(query: SampleQuery): Promise<readonly InspectionSample[]>;
  /** Wall times of the last of them before an interval and of the first after it. */
  sampleNeighbours(query: SampleQuery): Promise<Neighbours>;
  /** Newest first. Rejects with UsageError for a cursor that is not from an earlier page. */
  events(query: EventQuery): Promise<Page<EventSummary>>;
  totals(): Promise<Totals>;
  /** Hash chain links that did not match, latest first. */
  chainBreaks(limit: number): Promise<readonly ChainBreak[]>;
  /** Records that arrived again with other content or another history, latest first. */
  conflicts(limit: number): Promise<readonly Conflict[]>;
  /** What devices declared lost, by stream and reason, largest count first. */
  losses(limit: number): Promise<readonly LossRow[]>;
  /** Problems of the latest signatures, latest first. */
  signatureProblems(limit: number): Promise<readonly SignatureProblem[]>;
}

export interface StreamRow extends StreamKey {
  /** Numbers whose records were ever stored, including those that retention has deleted since. */
  readonly stored: number;
  /** Those among them that are stored under a later journal of the device, to which recovery transferred them. */
  readonly transferred: number;
  readonly retired: number;
  readonly declaredLost: number;
  /** Numbers below the highest that are neither stored nor declared lost. */
  readonly missing: number;
  /** The watermark. */
  readonly upto: number;
  readonly highest: number;
  readonly head: string | null;
  /** Latest number whose history the device signed and whose stored hash is the signed one; 0 when there is none. */
  readonly signedUpto: number;
}

/** Numbers of one journal that a device declared lost for one reason. */
export interface LossRow extends StreamKey {
  /** As the device named it: `quota`, ..., or `journal_damaged` and the like where recovery could not read them. */
  readonly reason: string;
  readonly count: number;
  /** Lowest and highest of these numbers; not all between them need be lost. */
  readonly first: number;
  readonly last: number;
  /** When the collector received the latest declaration. */
  readonly lastDeclaredAtMs: number;
}

export interface TelemetryRow {
  readonly device: string;
  readonly camera: string;
  readonly model: string;
  readonly wallMs: number;
  readonly receivedAtMs: number;
  readonly body: TelemetryBody;
}

export interface DeviceRow {
  readonly device: string;
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
  /** Latest birth, which may be old; it does not tell whether the device is online now. */
  readonly birth: DeviceState | undefined;
  readonly hasCredential: boolean;
  /** The document that the device reported last; null where there is none that fits its schema. */
  readonly reported: Reported | null;
}

/** All transitions of one event put together. */
export interface EventSummary {
  readonly device: string;
  readonly event: string;
  readonly kind: string;
  readonly severity: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly rule: string;
  readonly label: string;
  readonly openedAtMs: number;
  /** True when the opening transition is stored; otherwise `openedAtMs` is calculated from a later one. */
  readonly openedKnown: boolean;
  readonly updatedAtMs: number;
  readonly closedAtMs: number | null;
  readonly reason: string | null;
  readonly durationMs: number;
  readonly score: number | null;
  /** The least trusted clock among its transitions. */
  readonly clock: string;
  /** SHA-256 of the snapshot. */
  readonly snapshot: string | null;
  /** True when the bytes of the snapshot are stored. */
  readonly snapshotStored: boolean;
  /** SHA-256 of each clip whose bytes are stored. */
  readonly clips: readonly string[];
  readonly extra: Pick<EventBody, 'box' | 'frame' | 'model' | 'details' | 'ruleType'> & {
    /** Quality of the device's clock at the opening and at the closing; absent in summaries from before 0.1. */
    readonly openedClock?: ClockQuality;
    readonly closedClock?: ClockQuality;
  };
}

export interface EventQuery {
  readonly device?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  /** Only those whose latest transition is of this wall time or later. */
  readonly sinceMs?: number | undefined;
  /** Only those that opened at this wall time or earlier. */
  readonly untilMs?: number | undefined;
  /** Only those that are open. */
  readonly state?: 'open' | undefined;
  readonly limit: number;
  /** `next` of the previous page. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** A link of a hash chain that did not match. */
export interface BrokenLink {
  readonly seq: number;
  /** `prev` to the record before, `head` inside the batch, `next` to the record after. */
  readonly link: 'prev' | 'head' | 'next';
  readonly expected: string;
  readonly found: string;
}

export interface ChainBreak extends StreamKey, BrokenLink {
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
