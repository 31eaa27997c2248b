/** State of the connection to a camera; `advice` says what a technician can do. */
export type CameraState = 'connecting' | 'streaming' | 'failed' | 'stopped';

export const STREAM_ERROR_CODES = [
  'refused',
  'unreachable',
  'unknown_host',
  'timed_out',
  'auth',
  'auth_method',
  'not_found',
  'bad_request',
  'rejected',
  'transport',
  'no_bandwidth',
  'busy',
  'internal_error',
  'tls',
  'codec',
  'not_video',
  'no_keyframe',
  'resolution_changed',
  'stalled',
  'ended',
  'decoder_hung',
  'ffmpeg_missing',
  'ffmpeg_slow',
  'disk',
  'secret_missing',
  'unknown',
] as const;
export type StreamErrorCode = (typeof STREAM_ERROR_CODES)[number];

/** What is wrong with the picture itself, although frames come. */
export const PICTURE_PROBLEMS = ['frozen', 'dark', 'overexposed', 'covered', 'blurred'] as const;
export type PictureProblem = (typeof PICTURE_PROBLEMS)[number];

/** The newest picture that was judged. Levels are 0 to 255. */
export interface PictureState {
  readonly problems: readonly PictureProblem[];
  /** Mean brightness, its standard deviation, and the mean difference between neighbouring pixels. */
  readonly luma: number;
  readonly contrast: number;
  readonly sharpness: number;
}

export interface CameraStatus {
  readonly camera: string;
  readonly state: CameraState;
  readonly error?: { readonly code: StreamErrorCode; readonly message: string; readonly advice: string };
  readonly source?: { readonly width: number; readonly height: number; readonly fps?: number; readonly codec?: string };
  /** How often the stream was restarted since the process started. */
  readonly restarts: number;
  /** Monotonic ms of the newest frame, when there was one. */
  readonly lastFrameMs?: number;
  /** Camera lag: how much later it arrived than the promptest frame of its stream, in milliseconds. */
  readonly behindMs?: number;
  /** Of live cameras, once a picture was judged. */
  readonly picture?: PictureState;
}

export interface ModelStatus {
  readonly model: string;
  readonly sha256: string;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly provider?: 'tensorrt' | 'cuda' | 'cpu';
  /** Why a better provider was not used, or why the model failed. */
  readonly reason?: string;
  /** Each better provider, and why it was not used. */
  readonly refused?: readonly { readonly provider: string; readonly code: string; readonly message: string }[];
  /** The expected provider; present when the model runs on a lesser one, which is an alarm. */
  readonly expected?: 'tensorrt' | 'cuda' | 'cpu';
  /** Present when it failed: what went wrong, and what a technician can do. */
  readonly error?: { readonly code: string; readonly message: string; readonly advice: string };
  readonly warmupMs?: number;
}
