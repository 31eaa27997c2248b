import type { FeedView, PlantServerView } from './feeds.ts';
import type { OutputView } from './outputs.ts';
import type { CleaningView } from './cleaning.ts';
import type { ServiceView } from './service.ts';
import type { BucketCounts } from '@lineside/kit';
import type { LoadReport } from '../load/index.ts';
import type { MachineFacts } from '../machine/index.ts';
import type { AcknowledgementView } from './device-answers.ts';
import type {
  Box,
  CameraStatus,
  DegradedReason,
  Detection,
  FailReason,
  InspectionCounters,
  LinePace,
  ModelStatus,
  PackCheckState,
  Severity,
  Zone,
} from '../domain/index.ts';

/**
 * The complete state of the device at one instant, plain JSON. Names end in `Ms`: `atMs`, `sinceMs` and the like are wall
 * milliseconds since 1970 and are labels; ages and durations are monotonic.
 */
export interface Snapshot {
  readonly v: 1;
  readonly version: string;
  readonly device: string;
  /** Name of the line, for people. */
  readonly line: string;
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly uptimeMs: number;
  /** How far the wall-clock labels can be trusted. */
  readonly clock: 'synced' | 'unsynced' | 'suspect';
  readonly config: ConfigView;
  readonly vision: VisionView;
  readonly cameras: readonly CameraView[];
  /** Why printed text cannot be read; absent where it can, and where no rule needs it. */
  readonly textReaderMissing?: { readonly message: string; readonly advice: string };
  readonly models: readonly ModelView[];
  /** TensorRT engines; absent where none are kept. */
  readonly engines?: readonly EngineView[];
  readonly journal: JournalView;
  readonly link: LinkView;
  /** Secrets that the configuration names and that cannot be read now. */
  readonly missingSecrets?: readonly MissingSecretView[];
  readonly evidence: { readonly bytes: number; readonly files: number; readonly notUploaded: number };
  readonly disk: { readonly freeBytes: number; readonly totalBytes?: number };
  /** `cpu` is in cores (1 = one core busy) over the last seconds. */
  readonly process: ProcessView;
  readonly visionProcess?: ProcessView;
  /** What the kernel reports of the computer. */
  readonly machine?: MachineFacts;
  /** How busy the device is; absent in the first seconds. */
  readonly load?: LoadReport;
  /** A release that is on its way, or that could not be taken back; absent where there is none. */
  readonly update?: UpdateView;
  /** A release of the configuration that was not applied, because a person has changed the file; absent where there is none. */
  readonly updateConflict?: { readonly target: string; readonly reason: string };
  /** What the line makes; absent where nothing is counted, planned or timed. */
  readonly production?: ProductionView;
  /** Outputs of the plant; absent where none is configured. */
  readonly outputs?: readonly OutputView[];
  /** Machines that must be serviced; absent where no rule watches one. */
  readonly services?: readonly ServiceView[];
  /** Zones that must be cleaned; absent where no rule watches one. */
  readonly cleanings?: readonly CleaningView[];
  /** What other programs read; absent where none is configured. */
  readonly feeds?: readonly FeedView[];
  /** Messages by topic that no feed got, because their process did not keep up; absent where no feed is configured. */
  readonly feedsLeftOut?: Readonly<Record<string, number>>;
  /** Servers for the plant; absent where none is configured. */
  readonly plantServers?: readonly PlantServerView[];
  /** Newest first, at most 20. */
  readonly events: readonly EventView[];
  /** Those that are open, newest first, at most 100. */
  readonly openEvents?: readonly EventView[];
}

/** One release of a model or configuration on its way. */
export interface UpdateView {
  readonly target: string;
  readonly state: string;
  readonly sinceMs: number;
  /** Of the download, 0 to 1. */
  readonly progress?: number;
  /** Frames that both models have inspected, in shadow. */
  readonly compared?: number;
  readonly reason?: string;
}

/** The shift so far. */
export interface ProductionView {
  /** Name of the shift; outside of every shift `no shift`, which is the day so far. */
  readonly shift: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly counted: number;
  /** Planned for the whole shift, and for the time of it that has passed. */
  readonly planned?: number;
  readonly plannedByNow?: number;
  /** Why the plan of another program cannot be read; the one before stays in force. */
  readonly planProblem?: string;
  /** Over the latest five minutes; absent until it was measured for half a minute. */
  readonly perMinute?: number;
  /** Of the line, and of the staff at stations: fractions of the time of the shift so far. */
  readonly utilisation?: number;
  readonly staffUtilisation?: number;
  readonly product?: string;
  /** What people call the product, where the plan says so. */
  readonly productName?: string;
  /** What a pack of the product is to weigh by the plan, in the unit of the scale, and how much less and more it may. */
  readonly targetWeight?: { readonly weight: number; readonly under?: number; readonly over?: number };
  /** Rules of the type `weight`, where none of them judges by that; `tolerance` is below and `maxOver` above `nominal`. */
  readonly weighedBy?: readonly {
    readonly rule: string;
    readonly nominal: number;
    readonly tolerance: number;
    readonly maxOver: number;
  }[];
  readonly batch?: string;
  /** The recipe in force; absent where none was chosen. */
  readonly recipe?: string;
  readonly recipeSinceMs?: number;
  /** Lines that stand now. */
  readonly stops: readonly StopView[];
}

export interface StopView {
  readonly event: string;
  readonly camera: string;
  readonly rule: string;
  readonly zone?: string;
  readonly sinceMs: number;
  /** As the plant reports it. */
  readonly reason?: string;
  readonly state?: string;
}

export interface MissingSecretView {
  /** What needs it: `camera packing`, `uplink password`. */
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

export interface ProcessView {
  readonly rssBytes: number;
  /** Cores busy, lately. */
  readonly cpu: number;
  /** CPU time used since the process started, seconds. */
  readonly cpuSeconds: number;
}

export interface ConfigView {
  readonly path: string;
  /** `last_good`: the file on disk is refused and the one before it is in force. */
  readonly state: 'good' | 'last_good';
  /** SHA-256 of the text that is in force. */
  readonly sourceHash?: string;
  /** Why the file is refused, for people. */
  readonly problem?: string;
}

export interface VisionView {
  readonly state: 'up' | 'down';
  readonly sinceMs: number;
  readonly restarts: number;
  /** Why it went down, newest. */
  readonly reason?: string;
}

/** The one word for a camera. `blind`: nothing of it is inspected now. */
export type Inspecting = 'inspecting' | 'degraded' | 'blind' | 'starting';

export interface CameraView {
  readonly id: string;
  /** Without secrets. */
  readonly url: string;
  readonly state: CameraStatus['state'];
  readonly error?: NonNullable<CameraStatus['error']>;
  readonly source?: NonNullable<CameraStatus['source']>;
  /** What decodes the stream, and why it does. */
  readonly decoder?: NonNullable<CameraStatus['decoder']>;
  readonly restarts: number;
  /** Absent before the first frame. */
  readonly lastFrameAgeMs?: number;
  /** How much later than the promptest of its stream the newest frame arrived: it is at least so much older. */
  readonly behindMs?: number;
  /** What the picture itself is like; absent before the first one was judged. */
  readonly picture?: NonNullable<CameraStatus['picture']>;
  /** The stream as it arrives; absent before it was judged. */
  readonly stream?: NonNullable<CameraStatus['stream']>;
  /** When a person accepted the camera as it should be, wall ms; absent where nobody did. */
  readonly acceptedAtMs?: number;
  readonly inspecting: Inspecting;
  /** Models that give no result now; absent where every model gives one. */
  readonly withoutResult?: readonly string[];
  readonly zones: readonly Zone[];
  readonly models: readonly CameraModelView[];
}

export interface CameraModelView {
  readonly model: string;
  readonly counters: InspectionCounters;
  /** From the frame's arrival to its result, over the newest inspections; absent before the first. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** The same in milliseconds since the process started, counted into buckets. */
  readonly latencyBuckets: BucketCounts;
  readonly newest?: NewestResult;
  /** Present while the line outruns the frame rate: products may be mistaken for each other. */
  readonly outrun?: LinePace;
  /** What rules have checked on packs; absent where none does. Times of `latest` are on the clock of the frames. */
  readonly packChecks?: readonly (PackCheckState & { readonly rule: string })[];
}

/** What one model said of the newest frame it was given. Boxes in pixels of `width` x `height`. */
export interface NewestResult {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly ageMs: number;
  readonly status: 'ok' | 'degraded' | 'no_result';
  readonly reason?: DegradedReason | FailReason;
  readonly detections: readonly Detection[];
}

/** Scores of a taught model, in MADs above a typical good piece. */
export interface WatchedView {
  readonly state: 'watching' | 'armed';
  /** The limit, in MADs. */
  readonly mads: number;
  readonly pieces: number;
  readonly above: number;
  /** Median of the newest pieces, and how many these are. */
  readonly medianMads: number;
  readonly newest: number;
}

export interface ModelView {
  readonly id: string;
  /** Of its bundle. */
  readonly version?: string;
  readonly sha256: string;
  readonly state: ModelStatus['state'];
  readonly provider?: NonNullable<ModelStatus['provider']>;
  readonly reason?: string;
  /** Each better provider with why it was not taken. */
  readonly refused?: NonNullable<ModelStatus['refused']>;
  /** Where it was meant to run, when it runs on less. */
  readonly expected?: NonNullable<ModelStatus['expected']>;
  readonly error?: NonNullable<ModelStatus['error']>;
  readonly warmupMs?: number;
  /** Why it is only a demonstration, until the site has proven it. */
  readonly demonstration?: string;
  /** Frames it gave a result for, all cameras together. */
  readonly results: number;
  /** Of a model that was taught on a device: what it scored since the service started. */
  readonly watched?: WatchedView;
}

export interface JournalView {
  readonly writable: boolean;
  /** Why it cannot be written. */
  readonly problem?: string;
  readonly streams: readonly StreamView[];
  /** What a person must see: audit refused, disk full, a journal set aside, ... Absent while there is none. */
  readonly alarms?: readonly JournalAlarmView[];
}

export interface JournalAlarmView {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly sinceMs: number;
  readonly times: number;
}

/** Numbers given up, by range and reason. */
export interface LossView {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** The engine of one model. While one is built the cameras wait. */
export interface EngineView {
  readonly model: string;
  readonly state: 'waiting' | 'building' | 'ready' | 'failed';
  /** The builder's newest line. */
  readonly progress?: string;
  readonly tookMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly advice: string };
}

export interface StreamView {
  readonly stream: string;
  /** Records written and not yet acknowledged by the collector. */
  readonly queued: number;
  /** Number that the next record will get. */
  readonly next: number;
  /** Everything up to this number is stored by the collector. */
  readonly acked: number;
  /** Records given up, each declared by a tombstone. */
  readonly declaredLost?: number;
  /** The newest declarations of loss, newest first; absent while there is none. */
  readonly losses?: readonly LossView[];
  /** Age of the oldest queued record. */
  readonly oldestAgeMs?: number;
}

export interface LinkView {
  /** `off`: no uplink is configured, or a secret of it cannot be read: then `lastError` says which. `waiting`: the broker answers, the collector does not. */
  readonly state: 'off' | 'connecting' | 'waiting' | 'online' | 'offline';
  readonly sinceMs: number;
  readonly broker?: string;
  readonly lastError?: string;
  /** What went wrong last, with its code; `lastError` is the same in one sentence. */
  readonly problem?: { readonly code: string; readonly message: string; readonly advice: string };
  /** Records confirmed per second over the last half minute. */
  readonly drainPerS?: number;
  /** How long the queue takes at that pace; absent while nothing moves. */
  readonly emptyInMs?: number;
  /** Bytes of batches sent since the start, compressed, and the records in them. */
  readonly sentBytes?: number;
  readonly sentRecords?: number;
  /** Uploads that ended because their picture was given up meanwhile. */
  readonly picturesCancelled?: number;
  /** Messages from the broker that were not followed, by reason. */
  readonly refused?: Readonly<Record<string, number>>;
  /** The newest desired document that arrived, and what became of it. */
  readonly desired?: { readonly revision: number; readonly state: string; readonly reason?: string | undefined };
}

/** All transitions of one incident as one thing to show. */
export interface EventView {
  /** SHA-256 of each clip that is on the device, oldest first; only in the history of one event. */
  readonly clips?: readonly string[];
  /** UUIDv7 of the incident. */
  readonly event: string;
  /** One of EVENT_KINDS, or of another version's. */
  readonly kind: string;
  readonly state: 'open' | 'closed';
  readonly severity: Severity;
  readonly camera: string;
  readonly zone?: string;
  readonly rule: string;
  readonly ruleType?: string;
  readonly label: string;
  readonly score?: number;
  readonly box?: Box;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  readonly closedAtMs?: number;
  readonly reason?: string;
  readonly durationMs: number;
  readonly clock: Snapshot['clock'];
  readonly model?: { readonly id: string; readonly sha256: string; readonly degraded: boolean };
  /** SHA-256 of each evidence picture, oldest first. */
  readonly snapshots: readonly string[];
  /** Present when a person has seen it and said so. */
  readonly acknowledged?: AcknowledgementView;
  /** True when the collector holds every transition so far. */
  readonly delivered: boolean;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** One journal record of an incident. */
export interface EventTransition {
  readonly seq: number;
  readonly phase: 'opened' | 'updated' | 'closed';
  readonly atMs: number;
  readonly durationMs: number;
  readonly reason?: string;
  readonly snapshot?: string;
}

export interface EventHistory extends EventView {
  readonly transitions: readonly EventTransition[];
}
