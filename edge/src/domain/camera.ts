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
  'no_access',
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
export const PICTURE_PROBLEMS = ['frozen', 'dark', 'overexposed', 'covered', 'blurred', 'moved'] as const;
export type PictureProblem = (typeof PICTURE_PROBLEMS)[number];

/** What is wrong with the stream, although frames come. */
export const STREAM_PROBLEMS = ['low_rate', 'low_bitrate', 'keyframe_interval', 'clock_wrong'] as const;
export type StreamProblem = (typeof STREAM_PROBLEMS)[number];

export const CAMERA_PROBLEMS = [...PICTURE_PROBLEMS, ...STREAM_PROBLEMS] as const;
export type CameraProblem = (typeof CAMERA_PROBLEMS)[number];

/** The newest picture that was judged. Levels are 0 to 255. */
export interface PictureState {
  readonly problems: readonly PictureProblem[];
  /** Mean brightness, its standard deviation, and the mean difference between neighbouring pixels. */
  readonly luma: number;
  readonly contrast: number;
  readonly sharpness: number;
  /** How much the view is that of the reference, 0 to 1; absent without a reference, and while nothing can be compared. */
  readonly similarity?: number;
}

/** How good the connection is: 4 as it should be, 1 hardly usable, 0 not there. */
export type ConnectionQuality = 0 | 1 | 2 | 3 | 4;

/** The stream as it arrives, over the last 20 seconds. */
export interface StreamState {
  readonly problems: readonly StreamProblem[];
  readonly quality: ConnectionQuality;
  /** Frames a second that the camera sends, before any are left out. */
  readonly fps?: number;
  readonly bitsPerS?: number;
  /** The longest time between two key frames in the last minute. */
  readonly keyframeIntervalMs?: number;
}

/** From where on something is a problem of a camera. Fractions are 0 to 1. */
export interface HealthLimits {
  /** Problems that are not reported. */
  readonly ignore: readonly CameraProblem[];
  /** A problem is reported when it has lasted for so long. */
  readonly lastsMs: number;
  /** Fraction of the picture that is nearly black, or white. */
  readonly dark: number;
  readonly overexposed: number;
  /** Fraction of the usual sharpness below which a picture is blurred. */
  readonly blurred: number;
  /** Fraction of the similarity at commissioning below which a camera has moved. */
  readonly moved: number;
  /** Fraction of the expected frame rate, and of the bit rate at commissioning. */
  readonly rate: number;
  readonly bitrate: number;
  readonly keyframeIntervalMs: number;
}

export const HEALTH_DEFAULTS: HealthLimits = {
  ignore: [],
  lastsMs: 20_000,
  dark: 0.95,
  overexposed: 0.6,
  blurred: 0.4,
  moved: 0.7,
  rate: 0.8,
  bitrate: 0.1,
  keyframeIntervalMs: 10_000,
};

/** What is covered in the pictures of a camera before anything of them is kept. */
export interface CoveredParts {
  /** Polygons in fractions of the picture. */
  readonly masks: readonly (readonly (readonly [x: number, y: number])[])[];
  readonly blur: 'none' | 'heads' | 'persons';
}

/** What a camera was like when a person accepted it. Levels are 0 to 255. */
export interface CameraReference {
  readonly v: 1;
  /** Wall ms. */
  readonly acceptedAtMs: number;
  /** How long it was measured. */
  readonly measuredMs: number;
  /** The view as a small grey picture: base64 of 96 x 54 levels, row by row. */
  readonly view: string;
  /** How much of one picture was that view, on average, 0 to 1: what moves in it makes it less than 1. */
  readonly similarity: number;
  readonly luma: number;
  readonly contrast: number;
  readonly sharpness: number;
  readonly fps?: number;
  readonly bitsPerS?: number;
  readonly keyframeIntervalMs?: number;
  /** What was covered in the view; absent where nothing was. */
  readonly covered?: CoveredParts;
}

export interface CameraStatus {
  readonly camera: string;
  readonly state: CameraState;
  readonly error?: { readonly code: StreamErrorCode; readonly message: string; readonly advice: string };
  readonly source?: { readonly width: number; readonly height: number; readonly fps?: number; readonly codec?: string };
  /** What decodes the stream, and why it does; absent before the first start. */
  readonly decoder?: { readonly name: string; readonly reason: string };
  /** How often the stream was restarted since the process started. */
  readonly restarts: number;
  /** Monotonic ms of the newest frame, when there was one. */
  readonly lastFrameMs?: number;
  /** Camera lag: how much later it arrived than the promptest frame of its stream, in milliseconds. */
  readonly behindMs?: number;
  /** Of live cameras, once a picture was judged. */
  readonly picture?: PictureState;
  /** Of live cameras with an encoded stream. */
  readonly stream?: StreamState;
  /** Wall ms at which its reference was accepted; absent without one. */
  readonly acceptedAtMs?: number;
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
