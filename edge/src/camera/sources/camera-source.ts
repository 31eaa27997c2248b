/** FFmpeg gives up a connection that is silent for this long, at least. */
export const SOCKET_TIMEOUT_MS = 5_000;
/**
 * The same for a stream that is inspected. The watch for stalls decides sooner, and knows whether the device is busy, which
 * FFmpeg does not.
 */
export const STREAM_TIMEOUT_MS = 15_000;

/** The same for a source of which `fps` frames a second are wanted: a camera with a frame every ten seconds is not silent. */
export function socketTimeoutMs(fps: number): number {
  return Math.max(SOCKET_TIMEOUT_MS, 3_000 / fps);
}

export interface InputRequest {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** RTSP's socket time-out option, which depends on FFmpeg's version. */
  readonly timeoutOption: '-timeout' | '-stimeout';
  /** Silence after which FFmpeg gives the connection up. */
  readonly timeoutMs: number;
}

export interface PlaybackRequest extends InputRequest {
  /** Reads as fast as the frames were recorded. Ignored by sources that have a pace of their own. */
  readonly paced: boolean;
  /** Starts again at the end. Ignored by sources without an end. */
  readonly loop: boolean;
}

/** One kind of camera source, chosen by the scheme of the URL. */
export interface CameraSource {
  readonly schemes: readonly string[];
  /** True when frames arrive as they are taken; false when FFmpeg reads as fast as it can unless it is slowed down. */
  readonly isLive: boolean;
  /** True when FFmpeg reports a peer that never answers as one that answers with invalid data. */
  readonly hidesSilence: boolean;
  /** True where FFmpeg makes the pictures: there is no camera whose health could be judged. */
  readonly isMadeUp: boolean;
  /** True for what comes to a regular end where it is not repeated. */
  readonly hasEnd: boolean;
  /** False where the pictures are not encoded, so that there is no stream to copy. */
  hasStream(url: string): boolean;
  /** What is wrong with a URL that has one of the schemes, or undefined. */
  problem(url: string): string | undefined;
  /** FFmpeg's options for the input, with `-i` and the input at their end. */
  inputArguments(request: PlaybackRequest): readonly string[];
  /** The same for ffprobe, whose input comes last and without `-i`. */
  probeArguments(request: InputRequest): readonly string[];
}

/**
 * Options by which FFmpeg begins with the first frame. It would wait for twenty to measure a frame rate that nobody needs,
 * which takes minutes with a camera that seldom sends one.
 */
export const AT_ONCE = ['-fpsprobesize', '0'];

/** The scheme in lower case, or undefined for a path. */
export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

/** For sources on the network. */
export function hostProblem(url: string): string | undefined {
  return new URL(url).hostname === '' ? 'names no host' : undefined;
}
