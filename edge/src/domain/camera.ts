/** What the camera room knows of a camera; `advice` says what a technician can do. */
export type CameraState = 'connecting' | 'streaming' | 'failed' | 'stopped';

export const STREAM_ERROR_CODES = [
  'refused',
  'unreachable',
  'timed_out',
  'auth',
  'not_found',
  'tls',
  'codec',
  'not_video',
  'no_keyframe',
  'resolution_changed',
  'stalled',
  'ended',
  'decoder_hung',
  'ffmpeg_missing',
  'disk',
  'unknown',
] as const;
export type StreamErrorCode = (typeof STREAM_ERROR_CODES)[number];

export interface CameraStatus {
  readonly camera: string;
  readonly state: CameraState;
  readonly error?: { readonly code: StreamErrorCode; readonly message: string; readonly advice: string };
  readonly source?: { readonly width: number; readonly height: number; readonly fps?: number; readonly codec?: string };
  /** Times the stream was started again since the process began. */
  readonly restarts: number;
  /** Monotonic ms of the newest frame, when there was one. */
  readonly lastFrameMs?: number;
  /** How much later it came than the promptest of its stream, milliseconds. */
  readonly behindMs?: number;
}

export interface ModelStatus {
  readonly model: string;
  readonly sha256: string;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly provider?: 'tensorrt' | 'cuda' | 'cpu';
  /** Why a better provider was not taken, or why the model failed. */
  readonly reason?: string;
  /** Each better provider with why it was not taken. */
  readonly refused?: readonly { readonly provider: string; readonly code: string; readonly message: string }[];
  /** Where it was meant to run; present when it runs on less, which is an alarm. */
  readonly expected?: 'tensorrt' | 'cuda' | 'cpu';
  /** Present where it failed: what went wrong, and what a technician can do. */
  readonly error?: { readonly code: string; readonly message: string; readonly advice: string };
  readonly warmupMs?: number;
}
