import type { CoverageJson, CoverageWords } from '@lineside/protocol/coverage';
import type { EventKind, Severity } from '../domain/index.ts';
import type { AcceptedCamera, CameraLog } from './camera-answers.ts';
import type { AcknowledgementView, LogLine, ShapesChange } from './device-answers.ts';
import type { CleaningConfirmation, ConfirmedCleaning } from './cleaning.ts';
import type { ConfirmedService, ServiceConfirmation } from './service.ts';
import type { OutputView, PlantWrite } from './outputs.ts';
import type { PushedReading, SignalView } from './signals.ts';
import type { TeachingChange } from './teaching.ts';
import type { EventHistory, EventView, Snapshot } from './snapshot.ts';

/** What the status module asks of the rest of the device; `app` answers from each module. */
export interface StatusSource {
  /** The state now; called about once a second while somebody looks. Cheap: no query that grows with the journal. */
  snapshot(): Snapshot;
  /**
   * JPEG of the newest frame of a camera. Rejects with a coded error when the camera is unknown, when no frame is
   * held, or when `signal` aborts.
   */
  picture(camera: string, options: PictureOptions, signal: AbortSignal): Promise<PictureShot>;
  /** What FFmpeg wrote last for a camera. Rejects like `picture`. */
  cameraLog?(camera: string, signal: AbortSignal): Promise<CameraLog>;
  /** Accepts a camera as it is now: what it is like becomes its reference. Rejects like `picture`, and while it is not known. */
  acceptCamera?(camera: string, by: string, signal: AbortSignal): Promise<AcceptedCamera>;
  /** Absolute path of the picture of the moment in which a camera was accepted, or undefined. */
  referencePicture?(camera: string): string | undefined;
  /** Zones, masks, lines and rules of a camera as the configuration has them. */
  shapes?(camera: string): Promise<object>;
  /** Writes them into the configuration, checked; `by` is a record of the audit. Rejects with a coded error where it is not good. */
  saveShapes?(camera: string, change: ShapesChange, by: string): Promise<object>;
  /** What the camera's results of the last hour would have made with this change; nothing is written. Rejects as `saveShapes`. */
  previewShapes?(camera: string, change: ShapesChange): Promise<object>;
  /** The configuration as it was before the last save. */
  undoShapes?(camera: string, by: string): Promise<object>;
  /** True while live pictures are left out because the device is overloaded: each is then made seldom. */
  sparesLivePictures?(): boolean;
  /** Events, the one with the latest transition first. */
  events(query: EventQuery): EventPage;
  /** For how long each camera was inspected, when it was not, and why. Rejects with `bad_request` for words that ask nothing. */
  coverage(words: CoverageWords): Promise<CoverageJson>;
  /** Records that a zone was cleaned. Rejects with `bad_request` where no cleaning rule has the id or the zone. */
  confirmCleaning(confirmation: CleaningConfirmation): Promise<readonly ConfirmedCleaning[]>;
  /** Records that a machine was serviced. Rejects with `bad_request` where no maintenance rule has the id. */
  confirmService(confirmation: ServiceConfirmation): Promise<readonly ConfirmedService[]>;
  /** Signals of the plant, in the order of the configuration. */
  signals(): readonly SignalView[];
  /** Sets signals; gives them as they are then. Throws `bad_request` where one of them cannot be set: then none is. */
  pushSignals(readings: readonly PushedReading[]): readonly SignalView[];
  /** Outputs of the plant, in the order of the configuration. */
  outputs?(): readonly OutputView[];
  /** Lets an output work, or stops it. Rejects with `bad_request` where none has this name. */
  armOutput?(id: string, armed: boolean, by: string): Promise<readonly OutputView[]>;
  /** Records what a person writes to a controller by hand. */
  recordPlantWrite?(write: PlantWrite): void;
  /** What a shift made: `current`, `previous` or its name. Throws `bad_request` where there was none. */
  production?(shift: string): object;
  /** What was and is installed. */
  updates?(): Promise<object>;
  /** Installs from a folder, or goes back. Rejects with a coded error where nothing in it may be installed. */
  changeUpdates?(change: UpdatesChange): Promise<object>;
  /** Recipes, and the one that the line runs with. */
  recipes?(): object;
  /** Chooses a recipe by id or product code; gives what `recipes` gives. Throws `bad_request` for an unknown one. */
  setRecipe?(name: string): Promise<object>;
  /**
   * Moves the limit of a model that was taught on a device, in MADs; gives what it does to the pieces that are known.
   * Rejects with `bad_request` for a model that was not taught.
   */
  setModelLimit?(model: string, mads: number, by: string): Promise<object>;
  /** The latest teaching of a model from the page, and the limits of taught models. */
  teaching?(): Promise<object>;
  /** Begins, ends or uses a teaching. Rejects with a coded error where that cannot be. */
  changeTeaching?(change: TeachingChange, by: string): Promise<object>;
  /** Small JPEG of a good piece of a teaching; undefined where there is none. */
  taughtPiece?(id: string, number: number): Promise<Buffer | undefined>;
  /** Records that a person has seen an event; gives the first acknowledgement of it. Undefined where it is not held. */
  acknowledge?(event: string, by: string, note: string | undefined): AcknowledgementView | undefined;
  /** How the device was during the last 24 hours. */
  history?(): object;
  /** The newest lines of the log of at least this weight, oldest first. */
  log?(level: LogLine['level'], limit: number): readonly LogLine[];
  /** One event with its records, or undefined. */
  event(id: string): EventHistory | undefined;
  /** Absolute path of an evidence JPEG that is still held, or undefined. */
  evidence(sha256: string): string | undefined;
  /** The same JPEG drawn anew: with its boxes, and no wider than `maxWidth`. Undefined where it is not held or is a clip. */
  drawnEvidence?(
    sha256: string,
    options: { readonly boxes: boolean; readonly maxWidth?: number },
  ): Promise<Buffer | undefined>;
}

/** What can be asked of updates on this device. */
export type UpdatesChange =
  | { readonly action: 'install'; readonly from: string; readonly target?: string }
  /** Writes what was not delivered to a folder, such as a stick. */
  | { readonly action: 'carry'; readonly to: string }
  | { readonly action: 'rollback'; readonly model: string };

export interface PictureOptions {
  /** Draw the newest detections. */
  readonly boxes: boolean;
  readonly maxWidth: number;
  /** JPEG quality, 1 to 100; as for evidence when left out. */
  readonly quality?: number;
}

export interface PictureShot {
  readonly jpeg: Buffer;
  /** Index of the frame, so that the same one is not sent twice. */
  readonly index: number;
}

export interface EventQuery {
  readonly limit: number;
  readonly kind?: EventKind;
  readonly camera?: string;
  readonly zone?: string;
  readonly rule?: string;
  readonly ruleType?: string;
  readonly severity?: Severity;
  readonly state?: EventView['state'];
  /** Wall ms: its latest transition at or after this. */
  readonly sinceMs?: number;
  /** Wall ms: opened at or before this. */
  readonly untilMs?: number;
  /** From an earlier page's `next`. */
  readonly cursor?: string;
}

export interface EventPage {
  readonly events: readonly EventView[];
  /** Present when there are older ones. */
  readonly next?: string;
}
