import type { BucketCounts } from '@lineside/kit';
import type {
  CameraStatus,
  CloseReason,
  Detection,
  EventKind,
  FrameRef,
  InferenceResult,
  InspectionCounters,
  LinePace,
  ModelStatus,
  PackCheckState,
  RuleOutput,
} from '../domain/index.ts';
import type { Overlay } from './ports.ts';

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The state of all lanes at one instant. Times are monotonic ms of this device, or of a recording's own clock. */
export interface LanesState {
  readonly vision: VisionHealth;
  readonly lanes: readonly LaneState[];
  /** Frames of cameras or models that no lane has. */
  readonly unroutedResults: number;
}

export interface VisionHealth {
  readonly state: 'up' | 'down';
  readonly sinceMs: number;
  /** How often it went down, and the latest reason. */
  readonly downs: number;
  readonly reason?: string;
}

export interface LaneState {
  readonly camera: string;
  readonly status?: CameraStatus;
  readonly models: readonly ModelLaneState[];
  /** From the frame's arrival to the journal, for events; absent before the first. */
  readonly frameToJournalMs?: Quantiles;
  readonly openEvents: readonly OpenEvent[];
  readonly recording: RecordingCounters;
}

export interface ModelLaneState {
  readonly model: string;
  readonly status?: ModelStatus;
  readonly counters: InspectionCounters;
  /** From the frame's arrival to its result; absent before the first. */
  readonly frameToResultMs?: Quantiles;
  /** The same in milliseconds since the process started, counted into buckets. */
  readonly latencyBuckets: BucketCounts;
  readonly newest?: NewestInspection;
  /** Present while the line outruns the frame rate: the results are then degraded. */
  readonly outrun?: LinePace;
  /** What rules have checked on packs; absent where none does. */
  readonly packChecks?: readonly (PackCheckState & { readonly rule: string })[];
  /** Scores of a model that was taught on a device; absent for others. */
  readonly watched?: WatchedScores;
  /** How often the tracker or a rule threw. Each is an error in the program, and the frame was not judged. */
  readonly faults: number;
}

/** What a taught model scored since its lane started. Scores are in MADs above a typical good piece. */
export interface WatchedScores {
  readonly watching: boolean;
  readonly limit: number;
  readonly pieces: number;
  readonly above: number;
  /** Median of the newest pieces, and how many these are. */
  readonly median: number;
  readonly newest: number;
}

/** The result of one model for its newest frame. */
export interface NewestInspection {
  readonly frame: FrameRef;
  /** Monotonic ms of this device at which the result arrived. */
  readonly resultAtMs: number;
  readonly status: InferenceResult['status'];
  readonly reason?: Exclude<InferenceResult, { status: 'ok' }>['reason'];
  readonly detections: readonly Detection[];
  /** The tracks, in the colours that the rules give their labels. */
  readonly overlays: readonly Overlay[];
}

export interface OpenEvent {
  readonly event: string;
  readonly rule: string;
  readonly kind: EventKind;
  /** Absent for a rule that reads none. */
  readonly model?: string;
  /** The latest transition. */
  readonly output: RuleOutput;
}

/** Counters of the recording queue; all but `waiting` only rise. */
export interface RecordingCounters {
  readonly waiting: number;
  readonly recorded: number;
  /** Recorded without the snapshot that they should have had. */
  readonly withoutPicture: number;
  /** Failed writes that were tried again. */
  readonly retries: number;
  /** Updates dropped because the queue was full; opening and closing are recorded without them. */
  readonly updatesDropped: number;
  /** Transitions that could not be recorded. Any other value than 0 is a loss; each is logged in full as an error. */
  readonly lost: number;
}

/** Body of a telemetry record, in the form of the protocol. Counters since the process started. */
export interface Telemetry {
  readonly camera: string;
  readonly model: string;
  readonly counters: InspectionCounters;
  readonly latencyMs?: Quantiles;
  readonly linePace?: Omit<LinePace, 'ratio'>;
  readonly state: string;
  /** Events that were opened since the process started; of these, the violations of personnel. */
  readonly events: number;
  readonly violations: number;
  /** Median score of the latest detections; absent before the first. */
  readonly confidence?: number;
}

export type ClosingReason = Extract<CloseReason, 'restart' | 'rule_removed'>;
