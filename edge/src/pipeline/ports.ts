/**
 * What a lane needs from other modules. Whoever needs an interface owns it; `app` connects the two sides.
 */
import type {
  Box,
  CameraStatus,
  CropScore,
  FrameFate,
  FrameRef,
  Inspection,
  LineEvent,
  LinePace,
  ModelStatus,
  PackCheckState,
  PieceVerdict,
  ReadingAnswer,
  ReadingRequest,
  RuleOutput,
  Signal,
  Tally,
  Track,
} from '../domain/index.ts';

/** Tracks the objects of one model on one camera. Pure: time comes with the frame. */
export interface Tracker {
  /** Tracks after this frame. Not called for frames without a result. */
  update(inspection: Inspection): readonly Track[];
  /** Present while products move so far between two frames that they may be mistaken for each other. */
  readonly outrun?: LinePace | undefined;
}

/** The newest tracks that another model has on the same camera, and the time of their frame. */
export interface OtherTracks {
  readonly model: string;
  readonly atMs: number;
  readonly tracks: readonly Track[];
  /** Of an anomaly model that inspects crops: the box of each crop's detection, and its score on the model's own scale. */
  readonly scores?: readonly CropScore[];
}

/** The signals of the plant as they are now. */
export interface Signals {
  /** Undefined where no signal has this id. Stale is decided at each call. */
  get(id: string): Signal | undefined;
}

/** No signals: of a line that has none. */
export const NO_SIGNALS: Signals = { get: () => undefined };

/** What happens by the clock, about twice a second, whether or not there are frames. */
export interface RuleTick {
  /** Monotonic ms, on the clock of the frames of a live camera, or of a recording. */
  readonly atMs: number;
  /** Milliseconds since 1970, for schedules. */
  readonly wallMs: number;
  readonly signals: Signals;
}

/**
 * What a rule receives for one frame. `tracks` is undefined when the frame was not inspected (`no_result`). `others` are
 * what other models see: a person, for example, who stands in front. Further inputs (a schedule) are added as optional
 * members, so that rules without them stay as they are.
 */
export interface RuleInput {
  readonly frame: FrameRef;
  readonly tracks: readonly Track[] | undefined;
  readonly others?: readonly OtherTracks[];
  /** Absent for a recording without signals. */
  readonly signals?: Signals;
}

/** One rule on one camera and model, or of signals alone. Pure. */
export interface Rule {
  readonly id: string;
  /** Absent for a rule that reads no model: it gets ticks and signals, and no frames. */
  readonly model?: string;
  /** What the model's labels mean to this rule, for the boxes on snapshots; a label that is left out is plain. */
  readonly colours?: Readonly<Record<string, Overlay['colour']>>;
  step(input: RuleInput): readonly RuleOutput[];
  /** What the clock alone changes. */
  tick?(tick: RuleTick): readonly RuleOutput[];
  /** One reading of a signal, in order and none left out; `signals` has all of them at that moment. */
  signal?(signal: Signal, signals: Signals, atMs: number): readonly RuleOutput[];
  /** What is reported of the camera, about once a second while it delivers. For rules that read no model; never for a recording. */
  camera?(status: CameraStatus, atMs: number): readonly RuleOutput[];
  /** What was counted since the last call. */
  tallies?(): readonly Tally[];
  /** Regions of frames that are to be read, since the last call. */
  readings?(): readonly ReadingRequest[];
  /** The answer to one of them. */
  reading?(answer: ReadingAnswer): readonly RuleOutput[];
  /** What is known by now of the product of this track, on the rule's model. Absent where the rule judges no products. */
  verdictOf?(track: number): PieceVerdict | undefined;
  /** What was checked on packs. */
  packChecks?(): PackCheckState | undefined;
  /** What a code on the packs names as the product, in each way in which it can be written; once for each choice. */
  chosenProduct?(): readonly string[] | undefined;
  /** The camera has had no results up to `atMs` (infinite: there will be none): closes events that have expired. */
  expire(atMs: number): readonly RuleOutput[];
  /** Closes everything that is open, with the reason given. */
  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[];
}

/** A box to draw on a snapshot. */
export interface Overlay {
  readonly box: Box;
  readonly text: string;
  readonly colour: 'good' | 'bad' | 'plain';
}

export interface PictureRequest {
  readonly camera: string;
  /** Index of the wanted frame; the newest frame when left out or no longer held. */
  readonly index?: number;
  readonly overlays: readonly Overlay[];
  readonly maxWidth?: number;
  /** JPEG quality, 1 to 100; 85 when left out. */
  readonly quality?: number;
  /** With a small picture beside it, this many pixels wide. */
  readonly thumbnailWidth?: number;
}

export interface Picture {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  readonly index: number;
  /** Size of the frame that it was made of, in whose pixels boxes are. */
  readonly source?: { readonly width: number; readonly height: number };
  /** What was covered in it; absent where nothing is to be. */
  readonly privacy?: 'masks' | 'people' | 'all';
  /** What is drawn on it on request; not part of its pixels. */
  readonly overlays?: readonly Overlay[];
  /** A small JPEG of the same frame, as base64. */
  readonly thumbnail?: string;
}

/** A clip that is wanted of a camera. */
export interface ClipRequest {
  readonly camera: string;
  /** Monotonic ms: its beginning, the instant that it is about, its end. */
  readonly fromMs: number;
  readonly atMs: number;
  readonly toMs: number;
}

/** Video as it came from the camera, without encoding; it begins and ends with whole groups of pictures. */
export interface VideoClip {
  readonly mp4: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Monotonic ms of what it shows. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The vision process, as far as lanes need it. */
export interface Vision {
  /** JPEG of a frame with boxes; rejects with a coded error when none is held or the deadline passes. */
  picture(request: PictureRequest, signal: AbortSignal): Promise<Picture>;
  /** Reads regions of a frame; the listener gets exactly one answer. Absent where nothing can be read. */
  read?(request: ReadingRequest): void;
}

/** What the vision process reports. Called in order. */
export interface VisionListener {
  /** A result: `ok` and `degraded` count as one inspected frame, `no_result` as one failed frame. */
  inspection(inspection: Inspection): void;
  /** The answer to a request to read. */
  reading(answer: ReadingAnswer): void;
  /** `count` frames of a camera and model for which no result is reported: skipped, or lost. */
  fate(camera: string, model: string, fate: FrameFate, count: number): void;
  camera(status: CameraStatus): void;
  model(status: ModelStatus): void;
  /** The process ended or was killed and is being restarted; nothing is inspected until `up`. */
  down(reason: string): void;
  up(): void;
  /** A recording ended: no more frames of this camera will come. */
  ended(camera: string): void;
}

/**
 * Writes an event and its evidence in one transaction; when it resolves, the event is never lost. Rejects with a coded
 * error: `record_refused` means that this event will never be accepted, anything else is tried again.
 */
export interface Recorder {
  record(event: LineEvent, picture: Picture | undefined): Promise<{ readonly seq: number }>;
}

/** Signals the plant directly; never waits for the database or the uplink. */
export interface Alarm {
  raise(event: LineEvent): void;
}

/** What the rules of one model know after a frame was judged, or a region of it was read. */
export interface JudgedFrame {
  readonly camera: string;
  readonly model: string;
  readonly frame: FrameRef;
  /** Undefined where the frame was not inspected, and where nothing but a reading is new. */
  readonly tracks: readonly Track[] | undefined;
  /** What a rule of the model says of the product of a track; undefined: nothing yet, or there is no such rule. */
  verdictOf(rule: string, track: number): PieceVerdict | undefined;
}

/** Follows products to the outputs of the plant. Called before anything is recorded, and never waits. */
export interface PieceWatch {
  judged(frame: JudgedFrame): void;
}
