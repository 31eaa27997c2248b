import { availableParallelism } from 'node:os';
import {
  BufferPool,
  type Clip,
  type GstreamerCapabilities,
  probeFfmpeg,
  probeGstreamer,
  StartGate,
  StreamError,
  tryDecoders,
} from '../camera/index.ts';
import type { CameraReference, FrameRef, ReadingAnswer, ReadingRequest } from '../domain/index.ts';
import { aborted, type Clock, type Logger, type Service, ServiceGroup, unlessAbort } from '@lineside/kit';
import type { ModelSpec } from '../inference/index.ts';
import type { ClipRequest, Picture, PictureRequest } from '../pipeline/index.ts';
import { openRegionReader, type RegionReader } from '../reading/index.ts';
import type { AssignedModel } from './assigned-models.ts';
import { FrameDispatcher } from './frame-dispatcher.ts';
import { CameraService, type DecodingTools } from './camera-service.ts';
import { CoveredVideo } from './covered-video.ts';
import { drawJpeg } from './draw.ts';
import { VisionError } from './errors.ts';
import { FrameCounters } from './frame-accounting/index.ts';
import type { CameraAnswer, CameraQuestion, FromVision, ToVision } from './messages.ts';
import { ModelRunner } from './model-runner.ts';
import { type CameraPlan, assignmentOf } from './plan.ts';
import { cutRegion, regionRead } from './region-cuts.ts';

const FFMPEG_RETRY_MS = 30_000;
const SETTLE_POLL_MS = 10;
const THUMBNAIL_QUALITY = 60;

/** Streams that start at once, on a machine with few cores. */
const STARTS_MIN = 4;
/** A camera that is not there keeps the next ones waiting no longer. */
const START_HOLD_MS = 5_000;
const NOT_INSPECTED = {
  result: { status: 'no_result', reason: 'model_unavailable' },
  times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
} as const;

/** What an answer has beside the request that it is about. */
type AnswerTo = ReadingAnswer extends infer A
  ? A extends ReadingAnswer
    ? Omit<A, 'id' | 'rule' | 'frame'>
    : never
  : never;

export interface VisionWorkerOptions {
  readonly order: Extract<ToVision, { type: 'plan' }>;
  readonly send: (message: FromVision) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Everything inside the vision process: cameras, mailboxes, sessions, snapshots. */
export class VisionWorker {
  readonly #options: VisionWorkerOptions;
  readonly #pool = new BufferPool();
  readonly #counters = new FrameCounters();
  readonly #cameras = new Map<string, CameraService>();
  readonly #models = new Map<string, Omit<AssignedModel, 'use'> & { readonly service: Service }>();
  readonly #runningCameras = new ServiceGroup('cameras');
  readonly #runningModels = new ServiceGroup('models');
  /** Index of the next frame of each camera that was dropped. */
  readonly #nextIndex = new Map<string, number>();
  /** Of cameras that were accepted, before this process or while it runs. */
  readonly #references: Map<string, CameraReference>;
  readonly #stopped = new AbortController();
  readonly #gate: StartGate;
  #reader: Promise<RegionReader> | undefined;
  #gstreamer: Promise<GstreamerCapabilities | undefined> | undefined;
  readonly #capabilities = Promise.withResolvers<DecodingTools>();

  constructor(options: VisionWorkerOptions) {
    this.#options = options;
    const limit = Math.max(STARTS_MIN, availableParallelism());
    this.#gate = new StartGate({ limit, holdMs: START_HOLD_MS, clock: options.clock });
    const { plan, firstIndex, references = {} } = options.order;
    this.#references = new Map(Object.entries(references));
    for (const spec of plan.models) this.#addModel(spec);
    for (const camera of plan.cameras) this.#addCamera(camera, firstIndex);
  }

  /** Runs cameras and models until `signal` aborts; when it resolves, every frame has an outcome. */
  async run(signal: AbortSignal): Promise<void> {
    this.#capabilities.promise.catch(unlessAbort);
    const probing = this.#probe(signal).then(this.#capabilities.resolve, this.#capabilities.reject);
    // Cameras end before the models, so that nothing is offered to a model that is gone.
    const modelsStop = new AbortController();
    const models = this.#runningModels.run(modelsStop.signal);
    try {
      await Promise.race([this.#runningCameras.run(signal), models]);
    } finally {
      this.#stopped.abort();
      modelsStop.abort();
      await Promise.all([models, probing]);
      this.beat();
    }
  }

  /** Changes the running plan. What the change does not name continues. */
  async change({ id, change, firstIndex }: Extract<ToVision, { type: 'change' }>): Promise<void> {
    await Promise.all(change.dropCameras.map((camera) => this.#dropCamera(camera)));
    await this.#settled(change.dropCameras);
    this.beat();
    this.#options.send({ type: 'dropped', id });
    await Promise.all(change.dropModels.map((model) => this.#dropModel(model)));
    for (const spec of change.addModels) this.#addModel(spec);
    for (const camera of change.addCameras) this.#addCamera(camera, firstIndex);
  }

  /** Sends the heartbeat, with what was skipped and offered. */
  beat(): void {
    const { send } = this.#options;
    send({ type: 'heartbeat', skipped: this.#counters.takeSkipped(), offered: this.#counters.offered() });
  }

  /** The main process has dealt with a result of a recording. */
  seen(camera: string, index: number): void {
    this.#cameras.get(camera)?.dispatcher.dealtWith(index);
  }

  /**
   * JPEG of a frame with boxes.
   *
   * @throws VisionError `no_picture` when the camera has not delivered any.
   */
  async picture(request: PictureRequest): Promise<Picture> {
    const gate = this.#cameras.get(request.camera)?.dispatcher.privacy;
    const shown = await gate?.shown(request.index, this.#stopped.signal);
    if (shown === undefined) throw new VisionError('no_picture', `camera ${request.camera} has no frame yet`);
    try {
      const { pixels } = shown;
      const { size, matrix, source, index } = shown.frame;
      const about = { index, source, ...(shown.privacy === 'none' ? {} : { privacy: shown.privacy }) };
      const { overlays, maxWidth, quality, thumbnailWidth } = request;
      const drawn = await drawJpeg({ pixels, size, matrix, source, overlays, maxWidth, quality });
      if (thumbnailWidth === undefined) return { ...drawn, ...about };
      const small = { overlays: [], maxWidth: thumbnailWidth, quality: THUMBNAIL_QUALITY };
      const { jpeg } = await drawJpeg({ pixels, size, matrix, source, ...small });
      return { ...drawn, ...about, thumbnail: jpeg.toString('base64') };
    } finally {
      shown.release();
    }
  }

  /** Reads regions of a frame at the source's own size, and sends exactly one answer. */
  async read({ id, rule, frame, regions }: ReadingRequest): Promise<void> {
    const answer = { id, rule, frame };
    const send = (more: AnswerTo): void => this.#options.send({ type: 'reading', answer: { ...answer, ...more } });
    const dispatcher = this.#cameras.get(frame.camera)?.dispatcher;
    const pixels = dispatcher?.readable(frame.index);
    dispatcher?.readingBegins(frame.index);
    if (dispatcher === undefined || pixels === undefined) {
      send({ status: 'not_read', reason: 'too_late' });
      return;
    }
    // Cut at once: the frame is not held for as long as the request waits.
    const pictures = regions.map((region) => cutRegion(pixels, region));
    const reader = await this.#regionReader(dispatcher.mustInspect);
    const read = await reader.read(pictures, dispatcher.mustInspect, this.#stopped.signal);
    send(read.status === 'read' ? { ...read, regions: read.regions.map(regionRead) } : read);
  }

  /** The reader starts with the first request; recordings and live cameras are not looked at by one process. */
  #regionReader(mustRead: boolean): Promise<RegionReader> {
    const { clock, logger } = this.#options;
    this.#reader ??= openRegionReader(clock, logger, mustRead);
    return this.#reader;
  }

  /**
   * A clip of the newest video, once its end has come.
   *
   * @throws VisionError `no_clip` when the camera keeps no video, none of that time, or it cannot be encoded.
   */
  async clip({ camera, ...span }: ClipRequest): Promise<Clip> {
    const clip = await this.#cameras.get(camera)?.clip(span, this.#stopped.signal).catch(refused);
    if (clip === undefined) throw new VisionError('no_clip', `camera ${camera} holds no video of that time`);
    return clip;
  }

  /** @throws VisionError `camera_not_run` when no camera of the plan has the id, `camera_not_known` when it cannot be accepted yet. */
  answer({ about, camera: id }: CameraQuestion): CameraAnswer {
    const camera = this.#cameras.get(id);
    if (camera === undefined) throw new VisionError('camera_not_run', `camera ${id} is not run`);
    if (about === 'log') return { about, lines: camera.log };
    const reference = camera.accept();
    if (reference === undefined) {
      throw new VisionError('camera_not_known', `camera ${id} has not shown a clear picture for long enough`);
    }
    this.#references.set(id, reference);
    return { about, reference };
  }

  /** Ends the sessions' threads; false when one hangs in native code. */
  async close(): Promise<boolean> {
    await (await this.#reader)?.close();
    const closed = await Promise.all([...this.#models.values()].map(({ runner }) => runner.close()));
    return closed.every(Boolean);
  }

  #addModel(spec: ModelSpec): void {
    const { clock, logger, order } = this.#options;
    const { inferenceDeadlineMs, patience } = order;
    const send = (message: FromVision): void => this.#send(message);
    const limits = { inferenceDeadlineMs, patience };
    const tools = { clock, logger, pool: this.#pool, counters: this.#counters, send, ...limits };
    const runner = new ModelRunner(spec, tools);
    const service: Service = {
      name: `model ${spec.id}`,
      run: async (signal) => {
        await runner.run(signal);
        // A model that cannot be loaded stays, to fail the frames that it is offered.
        await aborted(signal);
      },
    };
    const iou = spec.iou ?? spec.manifest.thresholds.iou;
    this.#models.set(spec.id, { runner, manifest: spec.manifest, iou, service });
    this.#runningModels.add(service);
  }

  async #dropModel(id: string): Promise<void> {
    const model = this.#models.get(id);
    if (model === undefined) return;
    this.#models.delete(id);
    await this.#runningModels.remove(model.service);
    if (await model.runner.close()) return;
    this.#options.send({ type: 'replace', reason: `model ${id} does not end` });
  }

  #addCamera(plan: CameraPlan, firstIndex: Readonly<Record<string, number>>): void {
    const { clock, random, logger, send } = this.#options;
    const { id } = plan;
    const assigned = plan.models.map((entry) => {
      const use = assignmentOf(entry);
      const model = this.#models.get(use.model);
      if (model === undefined) throw new Error(`camera ${id} uses model ${use.model}, which is not in the plan`);
      return { runner: model.runner, manifest: model.manifest, iou: model.iou, use };
    });
    const unavailable = (frame: FrameRef, model: string): void => {
      this.#counters.offer(frame.camera, model);
      this.#send({ type: 'inspection', inspection: { frame, model, ...NOT_INSPECTED } });
    };
    const dispatcher = new FrameDispatcher(plan, assigned, {
      pool: this.#pool,
      clock,
      unavailable,
      signal: this.#stopped.signal,
      onCovered: (frame) => {
        video?.add(frame);
        camera.covered(frame);
      },
    });
    const video = this.#coveredVideo(plan, dispatcher);
    const camera = new CameraService({
      plan,
      dispatcher,
      video,
      firstIndex: Math.max(firstIndex[id] ?? 0, this.#nextIndex.get(id) ?? 0),
      reference: this.#references.get(id),
      capabilities: this.#capabilities.promise,
      pool: this.#pool,
      gate: this.#gate,
      clock,
      random,
      logger,
      onStatus: (status) => send({ type: 'camera', status }),
      onEnded: () => {
        this.beat();
        send({ type: 'ended', camera: id });
      },
    });
    this.#cameras.set(id, camera);
    this.#runningCameras.add(camera);
  }

  /** Where a camera has privacy and clips. */
  #coveredVideo(
    { id, fps, privacy, ringBytes, mode }: CameraPlan,
    { ring }: FrameDispatcher,
  ): CoveredVideo | undefined {
    if (privacy === undefined || ringBytes === undefined || mode === 'recording') return undefined;
    const { clock, logger } = this.#options;
    return new CoveredVideo({
      ...{ maxBytes: ringBytes, fps, ring, clock },
      logger: logger.child({ camera: id }),
      command: async () => (await this.#capabilities.promise).ffmpeg.command,
    });
  }

  async #dropCamera(id: string): Promise<void> {
    const camera = this.#cameras.get(id);
    if (camera === undefined) return;
    await this.#runningCameras.remove(camera);
    this.#nextIndex.set(id, camera.nextIndex);
    this.#cameras.delete(id);
  }

  /** Waits until every frame of these cameras has an outcome; a session that hangs leads to a new process meanwhile. */
  async #settled(cameras: readonly string[]): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted && cameras.some((camera) => this.#counters.outstanding(camera) > 0)) {
      await clock.sleep(SETTLE_POLL_MS, signal).catch(unlessAbort);
    }
  }

  #send(message: FromVision): void {
    const { send } = this.#options;
    if (message.type === 'inspection') {
      this.#counters.inspect(message.inspection.frame.camera, message.inspection.model);
      // Skipped frames are sent before the next result: if this process were killed, they would count as lost.
      if (this.#counters.hasSkipped) this.beat();
    }
    send(message);
  }

  /** What FFmpeg can do; while there is no FFmpeg, reports that for every camera and tries again. */
  async #probe(signal: AbortSignal): Promise<DecodingTools> {
    const { clock, logger } = this.#options;
    for (;;) {
      try {
        const { capabilities, refused } = await tryDecoders(await probeFfmpeg('ffmpeg', signal), signal);
        logger.info({ version: capabilities.version }, 'FFmpeg found');
        for (const { name, reason } of refused) {
          logger.warn({ decoder: name, reason }, 'a hardware decoder cannot be used; another one decodes');
        }
        return { ffmpeg: capabilities, gstreamer: () => (this.#gstreamer ??= probeGstreamer()) };
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        logger.error({ advice: error.advice }, error.message);
        for (const camera of this.#cameras.keys()) this.#tellMissing(camera, error);
        await clock.sleep(FFMPEG_RETRY_MS, signal);
      }
    }
  }

  #tellMissing(camera: string, { code, message, advice }: StreamError): void {
    const status = { camera, state: 'failed' as const, error: { code, message, advice }, restarts: 0 };
    this.#options.send({ type: 'camera', status });
  }
}

/** Of a camera whose clips are encoded. */
function refused(error: unknown): never {
  if (!(error instanceof StreamError)) throw error;
  throw new VisionError('no_clip', error.message, error);
}
