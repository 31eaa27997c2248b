import {
  type BufferPool,
  type Clip,
  type ClipSpan,
  FfmpegCamera,
  type FfmpegCapabilities,
  type GstreamerCapabilities,
  type FfmpegLine,
  isTegra,
  mayUseGstreamer,
  type StartGate,
  StreamError,
  VIEW,
} from '../camera/index.ts';
import type { CameraReference, CameraStatus } from '../domain/index.ts';
import { coveredParts, coversAlike, maskedCells } from '../privacy/index.ts';
import { aborted, type Clock, isAbort, type Logger, type Service, untilAborted } from '@lineside/kit';
import type { CoveredVideo } from './covered-video.ts';
import type { FrameDispatcher } from './frame-dispatcher.ts';
import type { HeldFrame } from './frame-ring.ts';
import type { CameraPlan } from './plan.ts';

/** What decodes streams on this machine. */
export interface DecodingTools {
  readonly ffmpeg: FfmpegCapabilities;
  /** Asked once, by the first camera that may be decoded by it. */
  gstreamer(): Promise<GstreamerCapabilities | undefined>;
}

export interface CameraServiceOptions {
  readonly plan: CameraPlan;
  readonly dispatcher: FrameDispatcher;
  /** Of a camera with privacy and clips: the stream itself is not kept then. */
  readonly video: CoveredVideo | undefined;
  readonly firstIndex: number;
  /** What it was like when a person accepted it. */
  readonly reference?: CameraReference | undefined;
  readonly capabilities: Promise<DecodingTools>;
  readonly pool: BufferPool;
  readonly gate: StartGate;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onStatus: (status: CameraStatus) => void;
  /** The recording came to its end. */
  readonly onEnded: () => void;
}

/** One camera of the plan: FFmpeg and the dispatcher of its frames. */
export class CameraService implements Service {
  readonly name: string;
  readonly dispatcher: FrameDispatcher;
  readonly #options: CameraServiceOptions;
  #nextIndex: number;
  #camera: FfmpegCamera | undefined;

  constructor(options: CameraServiceOptions) {
    this.name = `camera ${options.plan.id}`;
    this.dispatcher = options.dispatcher;
    this.#options = options;
    this.#nextIndex = options.firstIndex;
  }

  /** Index of the next frame. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** A clip of the newest video; undefined where none is kept or nothing of that time is held. */
  async clip(span: ClipSpan, signal: AbortSignal): Promise<Clip | undefined> {
    const { plan, video } = this.#options;
    return plan.privacy === undefined ? this.#camera?.clip(span, signal) : video?.clip(span, signal);
  }

  /** What FFmpeg wrote last for this camera. */
  get log(): readonly FfmpegLine[] {
    return this.#camera?.log ?? [];
  }

  /** What the camera is like now becomes its reference; undefined while its picture has not been clear for long enough. */
  accept(): CameraReference | undefined {
    const measured = this.#camera?.measure();
    if (measured === undefined) return undefined;
    const covered = coveredParts(this.#options.plan.privacy);
    const reference = { ...measured, ...(covered === undefined ? {} : { covered }) };
    this.#camera?.useReference(reference);
    return reference;
  }

  /** A frame of a camera with privacy, once everything in it that must be covered is. */
  covered({ pixels, size, matrix }: HeldFrame): void {
    this.#camera?.covered({ pixels, size, matrix });
  }

  /** One of another time, when something else was covered, is of another view. */
  get #reference(): CameraReference | undefined {
    const { reference, plan } = this.#options;
    return coversAlike(reference?.covered, coveredParts(plan.privacy)) ? reference : undefined;
  }

  /** Runs until `signal` aborts, after the end of a recording too. */
  async run(signal: AbortSignal): Promise<void> {
    const { plan, dispatcher, firstIndex, capabilities, pool, gate, clock, random, logger, onStatus, onEnded } =
      this.#options;
    const { id, url, transport, fps, mode, loop, privacy, health, keyFramesOnly, pictureWidth, delayMs } = plan;
    // The stream of a camera with privacy is never kept as it comes.
    const ringBytes = privacy === undefined ? plan.ringBytes : undefined;
    // While FFmpeg is missing this takes as long as it takes.
    const known = await untilAborted(capabilities, signal);
    if (known === undefined) return;
    try {
      const mayUse = mayUseGstreamer(plan.decoder ?? 'auto', await isTegra());
      const gstreamer = mayUse ? await known.gstreamer() : undefined;
      const tools = { capabilities: known.ffmpeg, gstreamer, pool, gate, clock, random, logger };
      const { formats } = dispatcher;
      const pictureLayout = 'yuv' as const;
      const repeat = { ...(loop === undefined ? {} : { loop }), ...(plan.decoder && { decoder: plan.decoder }) };
      const options = { id, url, transport, fps, mode, formats, firstIndex, ringBytes, pictureLayout, health };
      const covers = privacy && { privacy: { hidden: maskedCells(VIEW, privacy.masks) } };
      const judged = { reference: this.#reference, ...covers, keyFramesOnly, pictureWidth, delayMs };
      const camera = new FfmpegCamera({ ...options, ...judged, ...repeat }, tools, {
        frame: (frame) => {
          this.#nextIndex = frame.index + 1;
          return dispatcher.frame(frame);
        },
        status: (status) => {
          dispatcher.privacy.problems(status.picture?.problems ?? []);
          onStatus(status);
        },
      });
      this.#camera = camera;
      await camera.run(signal);
    } catch (error) {
      // The camera has reported what is wrong with it; for a recording that is its end.
      if (!(error instanceof StreamError) && !(signal.aborted && isAbort(error))) throw error;
    }
    if (mode === 'recording' && !signal.aborted) onEnded();
    await aborted(signal);
  }
}
