import { BufferPool, FfmpegCamera, type FfmpegCapabilities, probeFfmpeg, StreamError } from '../camera/index.ts';
import type { FrameRef } from '../domain/index.ts';
import { type Clock, isAbort, type Logger } from '@lineside/kit';
import type { PictureRequest } from '../pipeline/index.ts';
import { CameraDesk, type Watcher } from './camera-desk.ts';
import { drawJpeg } from './draw.ts';
import { VisionError } from './errors.ts';
import { Ledger } from './ledger.ts';
import type { FromVision, ToVision } from './messages.ts';
import { ModelRunner } from './model-runner.ts';
import { type CameraPlan, useOf } from './plan.ts';

const FFMPEG_RETRY_MS = 30_000;
const NOT_LOOKED_AT = {
  result: { status: 'no_result', reason: 'model_unavailable' },
  times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
} as const;

export interface EngineOptions {
  readonly order: Extract<ToVision, { type: 'plan' }>;
  readonly tell: (message: FromVision) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** All that happens inside the vision process: cameras, mailboxes, sessions, pictures. */
export class VisionEngine {
  readonly #options: EngineOptions;
  readonly #pool = new BufferPool();
  readonly #ledger = new Ledger();
  readonly #desks = new Map<string, CameraDesk>();
  readonly #runners = new Map<string, Omit<Watcher, 'use'>>();

  constructor(options: EngineOptions) {
    this.#options = options;
    const { order, clock, logger, tell } = options;
    const { inferenceDeadlineMs } = order;
    const told = (message: FromVision): void => {
      // What was skipped goes ahead of the next result: were this process killed, it would count as lost.
      if (message.type === 'inspection' && this.#ledger.hasSkipped) this.beat();
      tell(message);
    };
    const tools = { clock, logger, pool: this.#pool, ledger: this.#ledger, tell: told, inferenceDeadlineMs };
    for (const spec of order.plan.models) {
      const iou = spec.iou ?? spec.manifest.thresholds.iou;
      this.#runners.set(spec.id, { runner: new ModelRunner(spec, tools), manifest: spec.manifest, iou });
    }
  }

  /** Runs cameras and models until `signal` aborts; every frame has its fate when it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { plan } = this.#options.order;
    const capabilities = this.#probe(signal);
    // Cameras end before the models, so that nothing is offered to a model that is gone.
    const modelsStop = new AbortController();
    const models = [...this.#runners.values()].map(({ runner }) => runner.run(modelsStop.signal));
    try {
      await Promise.all(plan.cameras.map((camera) => this.#camera(camera, capabilities, signal)));
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    } finally {
      modelsStop.abort();
      await Promise.all(models);
      this.beat();
    }
  }

  /** Tells that the process lives, and what was skipped and offered. */
  beat(): void {
    const { tell } = this.#options;
    tell({ type: 'heartbeat', skipped: this.#ledger.takeSkipped(), offered: this.#ledger.offered() });
  }

  /** The main process has dealt with a result of a recording. */
  seen(camera: string, index: number): void {
    this.#desks.get(camera)?.seen(index);
  }

  /**
   * JPEG of a frame with boxes.
   *
   * @throws VisionError `no_picture` when the camera has not delivered any.
   */
  async picture(request: PictureRequest): Promise<{ jpeg: Buffer; width: number; height: number; index: number }> {
    const ring = this.#desks.get(request.camera)?.ring;
    const held = ring?.find(request.index);
    if (ring === undefined || held === undefined) {
      throw new VisionError('no_picture', `camera ${request.camera} has no picture`);
    }
    ring.pin(held);
    try {
      const { pixels, size, source, index } = held;
      const { overlays, maxWidth } = request;
      return { ...(await drawJpeg({ pixels, size, source, overlays, maxWidth })), index };
    } finally {
      ring.unpin(held);
    }
  }

  /** Ends the sessions' threads; false when one hangs in native code. */
  async close(): Promise<boolean> {
    const closed = await Promise.all([...this.#runners.values()].map(({ runner }) => runner.close()));
    return closed.every(Boolean);
  }

  async #camera(plan: CameraPlan, capabilities: Promise<FfmpegCapabilities>, signal: AbortSignal): Promise<void> {
    const { clock, random, logger, tell, order } = this.#options;
    const watchers = plan.models.map((entry) => {
      const use = useOf(entry);
      const watcher = this.#runners.get(use.model);
      if (watcher === undefined)
        throw new Error(`camera ${plan.id} wants model ${use.model}, which is not in the plan`);
      return { ...watcher, use };
    });
    const unavailable = (frame: FrameRef, model: string): void => {
      this.#ledger.offer(frame.camera, model);
      tell({ type: 'inspection', inspection: { frame, model, ...NOT_LOOKED_AT } });
    };
    const desk = new CameraDesk(plan, watchers, { pool: this.#pool, unavailable, signal });
    this.#desks.set(plan.id, desk);
    const { id, url, transport, fps, mode, loop } = plan;
    const firstIndex = order.firstIndex[id] ?? 0;
    try {
      const tools = { capabilities: await capabilities, pool: this.#pool, clock, random, logger };
      const options = { id, url, transport, fps, mode, formats: desk.formats, firstIndex };
      const camera = new FfmpegCamera({ ...options, ...(loop === undefined ? {} : { loop }) }, tools, {
        frame: (frame) => desk.frame(frame),
        status: (status) => tell({ type: 'camera', status }),
      });
      await camera.run(signal);
    } catch (error) {
      // The camera has told what is wrong with it; for a recording that is its end.
      if (!(error instanceof StreamError) && !(signal.aborted && isAbort(error))) throw error;
    }
    if (mode === 'recording' && !signal.aborted) {
      this.beat();
      tell({ type: 'ended', camera: id });
    }
  }

  /** FFmpeg's abilities; while there is no FFmpeg, says so for every camera and looks again. */
  async #probe(signal: AbortSignal): Promise<FfmpegCapabilities> {
    const { clock, logger, order } = this.#options;
    for (;;) {
      try {
        const capabilities = await probeFfmpeg('ffmpeg', signal);
        logger.info({ version: capabilities.version }, 'FFmpeg found');
        return capabilities;
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        logger.error({ advice: error.advice }, error.message);
        for (const camera of order.plan.cameras) this.#tellMissing(camera.id, error);
        await clock.sleep(FFMPEG_RETRY_MS, signal);
      }
    }
  }

  #tellMissing(camera: string, { code, message, advice }: StreamError): void {
    const status = { camera, state: 'failed' as const, error: { code, message, advice }, restarts: 0 };
    this.#options.tell({ type: 'camera', status });
  }
}
