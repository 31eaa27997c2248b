import type {
  CameraStatus,
  CloseReason,
  Detection,
  EventKind,
  FrameRef,
  InferenceResult,
  InspectionCounters,
  ModelStatus,
  RuleOutput,
} from '../domain/index.ts';
import type { Overlay } from './ports.ts';

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What is known of all lanes at one instant. Times are monotonic ms of this machine, or a recording's own clock. */
export interface LanesState {
  readonly vision: VisionHealth;
  readonly lanes: readonly LaneState[];
  /** Frames of cameras or models that no lane has. */
  readonly unroutedResults: number;
}

export interface VisionHealth {
  readonly state: 'up' | 'down';
  readonly sinceMs: number;
  /** Times it went down, and why it last did. */
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
  readonly newest?: NewestInspection;
  /** Times the tracker or a rule threw: a mistake in the program, and nothing was judged then. */
  readonly faults: number;
}

/** What one model said of the newest frame it was given. */
export interface NewestInspection {
  readonly frame: FrameRef;
  /** Monotonic ms of this machine at which the result came. */
  readonly resultAtMs: number;
  readonly status: InferenceResult['status'];
  readonly reason?: Exclude<InferenceResult, { status: 'ok' }>['reason'];
  readonly detections: readonly Detection[];
  /** What is followed, coloured by what it means to the rules. */
  readonly overlays: readonly Overlay[];
}

export interface OpenEvent {
  readonly event: string;
  readonly rule: string;
  readonly kind: EventKind;
  readonly model: string;
  /** The latest transition told. */
  readonly output: RuleOutput;
}

/** Counters of the way from a decided event to the journal; each but `waiting` only rises. */
export interface RecordingCounters {
  readonly waiting: number;
  readonly recorded: number;
  /** Recorded without the picture that they should have had. */
  readonly withoutPicture: number;
  /** Failed writes that were tried again. */
  readonly retries: number;
  /** Updates given up to hold the memory's bound; opening and closing are told without them. */
  readonly updatesDropped: number;
  /** Transitions that could not be kept. Not 0 is a loss, and each is logged as an error with all it says. */
  readonly lost: number;
}

/** Body of a telemetry record; fits the wire's by shape. Counters since the process began. */
export interface Telemetry {
  readonly camera: string;
  readonly model: string;
  readonly counters: InspectionCounters;
  readonly latencyMs?: Quantiles;
  readonly state: string;
}

export type ClosingReason = Extract<CloseReason, 'restart' | 'rule_removed'>;
