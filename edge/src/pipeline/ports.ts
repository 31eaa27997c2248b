/**
 * What a lane needs of others. The one who needs an interface owns it; `app` brings the two sides together.
 */
import type {
  Box,
  CameraStatus,
  FrameFate,
  FrameRef,
  Inspection,
  LineEvent,
  ModelStatus,
  RuleOutput,
  Track,
} from '../domain/index.ts';

/** Follows objects of one model on one camera. Pure: time comes with the frame. */
export interface Tracker {
  /** Tracks after this frame. Not called for frames without a result. */
  update(inspection: Inspection): readonly Track[];
}

/** What a rule sees of one frame. `tracks` is undefined when the frame was not inspected (`no_result`). */
export interface RuleInput {
  readonly frame: FrameRef;
  readonly tracks: readonly Track[] | undefined;
}

/** One rule on one camera and model. Pure. */
export interface Rule {
  readonly id: string;
  readonly model: string;
  /** What the model's labels mean to this rule, for the boxes on pictures; a label left out is plain. */
  readonly colours?: Readonly<Record<string, Overlay['colour']>>;
  step(input: RuleInput): readonly RuleOutput[];
  /** The camera has been without results until `atMs` (infinite: none will ever come): closes what cannot be upheld. */
  expire(atMs: number): readonly RuleOutput[];
  /** Closes everything that is open, with the reason given. */
  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[];
}

/** Boxes to draw on a picture. */
export interface Overlay {
  readonly box: Box;
  readonly text: string;
  readonly colour: 'good' | 'bad' | 'plain';
}

export interface PictureRequest {
  readonly camera: string;
  /** Index of the frame wanted; the newest when left out or no longer held. */
  readonly index?: number;
  readonly overlays: readonly Overlay[];
  readonly maxWidth?: number;
}

export interface Picture {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  readonly index: number;
}

/** The vision process as the lanes see it. */
export interface Vision {
  /** JPEG of a frame with boxes; rejects with a coded error when none is held or the deadline passes. */
  picture(request: PictureRequest, signal: AbortSignal): Promise<Picture>;
}

/** What the vision process tells. Called in order. */
export interface VisionListener {
  /** A frame that was run: counts by itself, `ok` and `degraded` as inspected, `no_result` as failed. */
  inspection(inspection: Inspection): void;
  /** `count` frames of a camera and model met this fate, and no inspection is told of them: skipped, or lost. */
  fate(camera: string, model: string, fate: FrameFate, count: number): void;
  camera(status: CameraStatus): void;
  model(status: ModelStatus): void;
  /** The process ended or was killed and is being started again; nothing is inspected until `up`. */
  down(reason: string): void;
  up(): void;
  /** A recording came to its end: no more frames of this camera will come. */
  ended(camera: string): void;
}

/**
 * Writes an event and its evidence in one transaction; when it resolves, the event is never lost. Rejects with a coded
 * error; `record_refused` means that this very event will never be taken, anything else is tried again.
 */
export interface Recorder {
  record(event: LineEvent, picture: Picture | undefined): Promise<{ readonly seq: number }>;
}

/** Tells the plant directly; never waits for database or link. */
export interface Alarm {
  raise(event: LineEvent): void;
}
