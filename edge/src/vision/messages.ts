import type {
  CameraReference,
  CameraStatus,
  Inspection,
  ModelStatus,
  ReadingAnswer,
  ReadingRequest,
  SkipReason,
} from '../domain/index.ts';
import type { FfmpegLine } from '../camera/index.ts';
import type { ClipRequest, Picture, PictureRequest, VideoClip } from '../pipeline/index.ts';
import type { VisionErrorCode } from './errors.ts';
import type { VisionPlan } from './plan.ts';
import type { PlanChange } from './plan-change.ts';

/** What can be asked about one camera. */
export interface CameraQuestion {
  /** `accept`: it is as it should be now; what it is like becomes its reference. */
  readonly about: 'log' | 'accept';
  readonly camera: string;
}

export type CameraAnswer =
  | { readonly about: 'log'; readonly lines: readonly FfmpegLine[] }
  | { readonly about: 'accept'; readonly reference: CameraReference };

/** What accepted cameras were like, by id. */
export type CameraReferences = Readonly<Record<string, CameraReference>>;

/** To the vision process. */
export type ToVision =
  | {
      readonly type: 'plan';
      readonly plan: VisionPlan;
      /** Index of each camera's first frame, so that no index is used twice while the main process runs. */
      readonly firstIndex: Readonly<Record<string, number>>;
      /** Of cameras that a person accepted. */
      readonly references?: CameraReferences | undefined;
      readonly inferenceDeadlineMs: number;
      /** Factor for the limits of inferences that do not end. */
      readonly patience: number;
    }
  /** Changes the plan that runs; `firstIndex` as above, for the cameras that are added. */
  | {
      readonly type: 'change';
      readonly id: number;
      readonly change: PlanChange;
      readonly firstIndex: Readonly<Record<string, number>>;
    }
  | { readonly type: 'picture'; readonly id: number; readonly request: PictureRequest }
  | { readonly type: 'clip'; readonly id: number; readonly request: ClipRequest }
  | { readonly type: 'ask'; readonly id: number; readonly question: CameraQuestion }
  /** Regions of a frame are to be read; the answer is a `reading`. */
  | { readonly type: 'read'; readonly request: ReadingRequest }
  /** The main process has dealt with an inspection or a reading of a recording: the next frame may follow. */
  | { readonly type: 'seen'; readonly camera: string; readonly index: number }
  | { readonly type: 'stop' };

/** Frames offered so far by one camera to one model, counted from the process's start. */
export interface Offered {
  readonly camera: string;
  readonly model: string;
  readonly offered: number;
}

export interface Skipped {
  readonly camera: string;
  readonly model: string;
  readonly reason: SkipReason;
  readonly count: number;
}

/** From the vision process. */
export type FromVision =
  | { readonly type: 'hello' }
  /** Every half second: the loop turns; what was skipped since the last heartbeat, and what has been offered. */
  | { readonly type: 'heartbeat'; readonly skipped: readonly Skipped[]; readonly offered: readonly Offered[] }
  | { readonly type: 'inspection'; readonly inspection: Inspection }
  | { readonly type: 'reading'; readonly answer: ReadingAnswer }
  | { readonly type: 'camera'; readonly status: CameraStatus }
  | { readonly type: 'model'; readonly status: ModelStatus }
  | { readonly type: 'ended'; readonly camera: string }
  /** The cameras that a change drops have ended and all their results were sent; what it adds is not running yet. */
  | { readonly type: 'dropped'; readonly id: number }
  | {
      readonly type: 'picture';
      readonly id: number;
      readonly picture: Omit<Picture, 'jpeg'> & { readonly jpeg: Uint8Array };
    }
  | { readonly type: 'no_picture'; readonly id: number; readonly code: VisionErrorCode; readonly message: string }
  | { readonly type: 'clip'; readonly id: number; readonly clip: VideoClip }
  | { readonly type: 'no_clip'; readonly id: number; readonly code: VisionErrorCode; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: CameraAnswer }
  | { readonly type: 'no_answer'; readonly id: number; readonly code: VisionErrorCode; readonly message: string }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly facts: object;
      readonly message: string;
    }
  /** Something hangs, and only a new process can help; with the model that it is, where it is one. */
  | { readonly type: 'replace'; readonly reason: string; readonly model?: string };

const FROM_VISION: ReadonlySet<string> = new Set<FromVision['type']>([
  'hello',
  'heartbeat',
  'inspection',
  'reading',
  'camera',
  'model',
  'ended',
  'dropped',
  'picture',
  'no_picture',
  'clip',
  'no_clip',
  'answer',
  'no_answer',
  'log',
  'replace',
]);

const TO_VISION: ReadonlySet<string> = new Set<ToVision['type']>([
  'plan',
  'change',
  'picture',
  'clip',
  'ask',
  'read',
  'seen',
  'stop',
]);

/** Both ends are the same version of the same program, started by one another: the type names the whole shape. */
export function isFromVision(value: unknown): value is FromVision {
  return hasType(value, FROM_VISION);
}

export function isToVision(value: unknown): value is ToVision {
  return hasType(value, TO_VISION);
}

function hasType(value: unknown, types: ReadonlySet<string>): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    types.has(value.type)
  );
}
