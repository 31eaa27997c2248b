import type { CameraReference, CameraStatus, HealthLimits, PictureSize } from '../domain/index.ts';
import type { Clock, Logger } from '@lineside/kit';
import type { BufferPool } from './buffer-pool.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import type { DecoderWish } from './decoder-choice.ts';
import type { OutputFormat } from './format.ts';
import type { FrameOutputs } from './frame-join.ts';
import type { GstreamerCapabilities } from './gstreamer.ts';
import type { StartGate } from './start-gate.ts';
import type { YuvMatrix } from './yuv-picture.ts';

export interface CameraOptions {
  readonly id: string;
  /** May carry credentials; never logged. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Most frames a second. */
  readonly fps: number;
  /** `live`: newest wins, restarted for ever. `recording`: every frame once, waits for the receiver, ends. */
  readonly mode: 'live' | 'recording';
  /** From the moment at which a picture is taken until its frame is here, where nothing waits; 0 when left out. */
  readonly delayMs?: number | undefined;
  /** A live file starts again at its end. */
  readonly loop?: boolean;
  readonly formats: readonly OutputFormat[];
  /** How the picture for evidence is stored: planes of luma and colour (`YuvMatrix`) cost least; packed rgb when left out. */
  readonly pictureLayout?: 'yuv' | 'rgb';
  /** What decodes the stream: the best that works when left out. */
  readonly decoder?: DecoderWish;
  /** Key frames alone are decoded, by software: fewer frames a second than are wanted where the camera has fewer of them. */
  readonly keyFramesOnly?: boolean | undefined;
  /** The picture for evidence is at most this wide; 1920 when left out. */
  readonly pictureWidth?: number | undefined;
  /** Keeps the undecoded stream for clips, in at most so many bytes of memory; live cameras only. */
  readonly ringBytes?: number | undefined;
  /** From where on something is a problem; the defaults when left out. */
  readonly health?: HealthLimits | undefined;
  /** What the camera was like when a person accepted it. */
  readonly reference?: CameraReference | undefined;
  /** Pictures of this camera are covered before anything of them is kept: its view is that of those given to `covered`. */
  readonly privacy?: { readonly hidden: readonly boolean[] | undefined } | undefined;
  /** Index of the first frame; a recording leaves out the frames before it. */
  readonly firstIndex?: number;
}

/** The picture for evidence and live view. */
export interface EvidencePicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  /** Undefined for packed rgb; otherwise `pixels` are planes, and `rgbOfYuv` reads them. */
  readonly matrix?: YuvMatrix | undefined;
}

/** One frame of a camera in every format that was asked for. The receiver gives the buffers back to the pool. */
export interface CameraFrame {
  readonly camera: string;
  /** Rises by one from frame to frame, over restarts of the stream too. */
  readonly index: number;
  /** Monotonic ms of arrival; for a recording, milliseconds on its own clock. */
  readonly atMs: number;
  /** Milliseconds on the camera's own clock; see `FrameRef`. */
  readonly mediaMs: number;
  /** Monotonic ms at which it was taken; see `FrameRef`. Undefined for a recording. */
  readonly capturedMs: number | undefined;
  /** Monotonic ms of arrival. */
  readonly arrivedMs: number;
  readonly source: PictureSize;
  /** In the order of `formats`. */
  readonly inputs: FrameOutputs;
  readonly picture: EvidencePicture;
}

export interface CameraListener {
  /** A recording waits for the promise; a live camera does not. */
  frame(frame: CameraFrame): Promise<void> | void;
  status(status: CameraStatus): void;
}

export interface CameraTools {
  readonly capabilities: FfmpegCapabilities;
  /** Where it is there, and may be used. */
  readonly gstreamer?: GstreamerCapabilities | undefined;
  readonly pool: BufferPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Shared by all cameras of a device; without it a camera starts at once. */
  readonly gate?: StartGate;
}
