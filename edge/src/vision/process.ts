import type { ReadingAnswer, ReadingRequest } from '../domain/index.ts';
import { type Clock, isAbort, type Logger, readLifeSigns, type Service } from '@lineside/kit';
import type { ClipRequest, Picture, PictureRequest, VideoClip, Vision, VisionListener } from '../pipeline/index.ts';
import { FrameReconciler } from './frame-accounting/index.ts';
import { combineListeners } from './combine-listeners.ts';
import { VisionError } from './errors.ts';
import { HangPatience } from './hang-patience.ts';
import { LOOP_FAULTS, LOOP_TICK_MS, LoopWatch } from './loop-watch.ts';
import type { CameraAnswer, CameraQuestion, CameraReferences, FromVision } from './messages.ts';
import { ModelQuarantine } from './model-quarantine.ts';
import { PendingAnswers } from './pending-answers.ts';
import { assignmentOf, type VisionPlan } from './plan.ts';
import { diffPlans } from './plan-change.ts';
import { RestartBudget } from './restart-budget.ts';
import { VisionChild } from './vision-child.ts';

/** After the end of a clip's time: the last group of pictures must end, and the clip must arrive. */
const CLIP_DEADLINE_MS = 25_000;
const ANSWER_DEADLINE_MS = 5_000;

export interface VisionProcessOptions {
  /** What the process runs until `change` gives it another plan. */
  readonly plan: VisionPlan;
  /** Called in this order; each has only the methods that it needs. */
  readonly listeners: readonly Partial<VisionListener>[];
  /** What accepted cameras were like; asked for each time a process starts. */
  readonly references?: () => CameraReferences;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  /**
   * From this time on an inference without an answer is judged by what its thread did; one that does not come to its
   * end is given up, and the process with it. 5000 when left out.
   */
  readonly inferenceDeadlineMs?: number;
  /** 5000 when left out. */
  readonly pictureDeadlineMs?: number;
}

interface PendingChange {
  readonly id: number;
  readonly wanted: VisionPlan;
  readonly onDropped: () => void;
  readonly resolve: () => void;
}

/**
 * The vision process seen from the main process: starts it, watches whether it lives, and restarts it. A process that is
 * late because other programs take the CPU is left alone: to kill it would add to the load.
 */
export class VisionProcess implements Service, Vision {
  readonly name = 'vision';
  readonly #options: VisionProcessOptions;
  readonly #listener: VisionListener;
  readonly #pictures = new PendingAnswers<Picture>({ code: 'picture_late', message: 'the snapshot took too long' });
  readonly #clips = new PendingAnswers<VideoClip>({ code: 'clip_late', message: 'the clip took too long' });
  readonly #answers = new PendingAnswers<CameraAnswer>({ code: 'answer_late', message: 'the answer took too long' });
  /** Requests to read that the process has not answered. */
  readonly #reading = new Map<string, Pick<ReadingRequest, 'id' | 'rule' | 'frame'>>();
  readonly #recordings: ReadonlySet<string>;
  /** What is to run; a new process starts with it, less what is in quarantine. */
  #plan: VisionPlan;
  /** What the process that runs was started with, or has been changed to. */
  #running: VisionPlan;
  #change: PendingChange | undefined;
  #changes = 0;
  /** Resolves when the newest model that was let in again runs, or its process has ended. */
  #readmission: Promise<void> = Promise.resolve();
  /** Recordings that have ended: a new process does not play them again. */
  readonly #finished = new Set<string>();
  #reconciler = new FrameReconciler({});
  #child: VisionChild | undefined;
  readonly #patience = new HangPatience();
  readonly #quarantine = new ModelQuarantine();
  #loop = new LoopWatch(1);
  #greeted = false;
  #replace: Extract<FromVision, { type: 'replace' }> | undefined;

  constructor(options: VisionProcessOptions) {
    this.#options = options;
    this.#listener = combineListeners(options.listeners);
    this.#plan = options.plan;
    this.#running = options.plan;
    const recordings = options.plan.cameras.filter(({ mode }) => mode === 'recording');
    this.#recordings = new Set(recordings.map(({ id }) => id));
  }

  /** Process id of the child while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Keeps a vision process running until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const listener = this.#listener;
    const { clock, logger, random } = this.#options;
    const budget = new RestartBudget(random);
    try {
      for (;;) {
        const reason = await this.#runChild(signal);
        if (signal.aborted) return;
        const waitMs = budget.next(clock.monoMs());
        logger.warn({ reason, waitMs: Math.round(waitMs) }, 'vision process ended; starting another');
        listener.down(reason);
        if (waitMs > 0) await clock.sleep(waitMs, signal);
      }
    } catch (error) {
      if (!(signal.aborted && isAbort(error))) throw error;
    }
  }

  /**
   * Runs another plan from now on; cameras and models that it has unchanged go on undisturbed. Calls `onDropped` once,
   * between the last result of the cameras that are dropped or replaced and the first result of those that are added;
   * resolves after that. One change at a time.
   */
  async change(plan: VisionPlan, onDropped: () => void): Promise<void> {
    await this.#readmission;
    if (this.#change !== undefined) throw new TypeError('the plan is being changed already');
    this.#plan = plan;
    const child = this.#child;
    if (child === undefined) {
      this.#running = plan;
      onDropped();
      return;
    }
    await this.#changeRunning(child, onDropped);
  }

  /** Leads the process to the plan, less what is in quarantine now. */
  async #changeRunning(child: VisionChild, onDropped: () => void): Promise<void> {
    const wanted = this.#wanted();
    const change = diffPlans(this.#running, wanted);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#changes += 1;
    this.#change = { id: this.#changes, wanted, onDropped, resolve: () => resolve(undefined) };
    child.send({ type: 'change', id: this.#changes, change, firstIndex: this.#reconciler.nextIndices() });
    await promise;
  }

  /** @throws VisionError when no frame is kept, the process is down, or the deadline passes. */
  async picture(request: PictureRequest, signal: AbortSignal): Promise<Picture> {
    const child = this.#listening();
    const { pictureDeadlineMs = 5_000 } = this.#options;
    return this.#pictures.ask((id) => child.send({ type: 'picture', id, request }), pictureDeadlineMs, signal);
  }

  /**
   * Video of a camera that keeps it, once the end of the clip has come.
   *
   * @throws VisionError when nothing of that time is kept, the process is down, or the deadline passes.
   */
  async clip(request: ClipRequest, signal: AbortSignal): Promise<VideoClip> {
    const child = this.#listening();
    const waitMs = Math.max(0, request.toMs - this.#options.clock.monoMs()) + CLIP_DEADLINE_MS;
    return this.#clips.ask((id) => child.send({ type: 'clip', id, request }), waitMs, signal);
  }

  /** @throws VisionError when no such camera is run, the process is down, or the deadline passes. */
  async ask(question: CameraQuestion, signal: AbortSignal): Promise<CameraAnswer> {
    const child = this.#listening();
    return this.#answers.ask((id) => child.send({ type: 'ask', id, question }), ANSWER_DEADLINE_MS, signal);
  }

  /** Reads regions of a frame; the listeners get one answer, at once where nothing runs that could read. */
  read(request: ReadingRequest): void {
    const child = this.#child;
    const { id, rule, frame } = request;
    if (child === undefined || !this.#greeted) {
      this.#listener.reading({ id, rule, frame, status: 'not_read', reason: 'vision_down' });
      return;
    }
    this.#reading.set(`${rule} ${id}`, { id, rule, frame });
    child.send({ type: 'read', request });
  }

  /** Readings that the process can no longer answer. */
  #abandonReadings(): void {
    const left = [...this.#reading.values()];
    this.#reading.clear();
    for (const request of left) this.#listener.reading({ ...request, status: 'not_read', reason: 'vision_down' });
  }

  #listening(): VisionChild {
    const child = this.#child;
    if (child === undefined || !this.#greeted)
      throw new VisionError('vision_down', 'the vision process is not running');
    return child;
  }

  /** Runs one child from its start to its end; resolves to why it ended. */
  async #runChild(signal: AbortSignal): Promise<string> {
    const { inferenceDeadlineMs = 5_000 } = this.#options;
    const patience = this.#patience.factor;
    const plan = this.#wanted();
    this.#running = plan;
    const firstIndex = this.#reconciler.nextIndices();
    this.#reconciler = new FrameReconciler(firstIndex);
    this.#loop = new LoopWatch(this.#patience.factor);
    this.#greeted = false;
    this.#replace = undefined;
    const child = new VisionChild((message) => this.#received(message));
    this.#child = child;
    const cameras = plan.cameras.filter(({ id }) => !this.#finished.has(id));
    const references = this.#options.references?.();
    child.send({ type: 'plan', plan: { ...plan, cameras }, firstIndex, references, inferenceDeadlineMs, patience });
    const over = new AbortController();
    const ended = child.ended.finally(() => over.abort());
    const fault = await this.#watch(child, AbortSignal.any([signal, over.signal]));
    if (fault !== undefined) {
      this.#patience.replaced();
      await child.kill();
    } else if (!over.signal.aborted) await child.stop();
    const how = await ended;
    this.#child = undefined;
    this.#pictures.abandon();
    this.#clips.abandon();
    this.#abandonReadings();
    this.#answers.abandon();
    this.#countLost();
    this.#dropped();
    return fault ?? how;
  }

  /** Resolves to why the child has to be killed; undefined when the signal aborted first. */
  async #watch(child: VisionChild, signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#options;
    try {
      for (;;) {
        await clock.sleep(LOOP_TICK_MS, signal);
        const nowMs = clock.monoMs();
        if (this.#replace !== undefined) return this.#hung(this.#replace, nowMs);
        this.#readmit(child);
        const fault = this.#loop.tick(mainThreadOf(child, nowMs), nowMs);
        if (fault !== undefined) return LOOP_FAULTS[fault];
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return undefined;
    }
  }

  #wanted(): VisionPlan {
    return this.#quarantine.apply(this.#plan, this.#options.clock.monoMs());
  }

  /** Counts a hang of a model; returns why the process is to be replaced. */
  #hung({ model, reason }: Extract<FromVision, { type: 'replace' }>, nowMs: number): string {
    const spec = this.#running.models.find(({ id }) => id === model);
    if (spec !== undefined) this.#quarantine.hung(spec, reason, nowMs);
    return reason;
  }

  /** Runs a model again whose quarantine is over. */
  #readmit(child: VisionChild): void {
    if (!this.#greeted || this.#change !== undefined) return;
    const models = this.#wanted().models.length;
    if (models <= this.#running.models.length) return;
    this.#options.logger.info({ vision: child.pid }, 'a model that hung before is tried again');
    this.#readmission = this.#changeRunning(child, () => undefined);
  }

  #reportQuarantine(): void {
    const { clock, logger } = this.#options;
    for (const status of this.#quarantine.reports(this.#plan, clock.monoMs())) {
      logger.error({ model: status.model, code: status.error?.code }, `model is left out: ${status.reason ?? ''}`);
      this.#listener.model(status);
    }
  }

  #countLost(): void {
    const listener = this.#listener;
    const lanes = this.#running.cameras.flatMap(({ id, models }) =>
      models.map((entry) => ({ camera: id, model: assignmentOf(entry).model })),
    );
    for (const { camera, model, offered } of this.#reconciler.lost(this.#recordings, lanes)) {
      listener.fate(camera, model, { fate: 'failed', reason: 'vision_restarted' }, offered);
    }
  }

  /** The process has dropped what the change drops, or has ended. */
  #dropped(): void {
    const change = this.#change;
    if (change === undefined) return;
    this.#change = undefined;
    this.#running = change.wanted;
    change.onDropped();
    change.resolve();
  }

  #received(message: FromVision): void {
    const { logger } = this.#options;
    const listener = this.#listener;
    this.#loop.heard();
    switch (message.type) {
      case 'hello':
        this.#greeted = true;
        logger.info({ vision: this.#child?.pid }, 'vision process is up');
        listener.up();
        this.#reportQuarantine();
        return;
      case 'heartbeat':
        this.#reconciler.heartbeat(message);
        for (const { camera, model, reason, count } of message.skipped) {
          listener.fate(camera, model, { fate: 'skipped', reason }, count);
        }
        return;
      case 'inspection':
        this.#inspected(message.inspection);
        return;
      case 'reading':
        this.#wasRead(message.answer);
        return;
      case 'camera':
        listener.camera(message.status);
        return;
      case 'model':
        listener.model(message.status);
        return;
      case 'ended':
        this.#finished.add(message.camera);
        listener.ended(message.camera);
        return;
      case 'dropped':
        if (message.id === this.#change?.id) this.#dropped();
        return;
      case 'picture':
        this.#pictures.answered(message.id, pictureOf(message));
        return;
      case 'no_picture':
        this.#pictures.refused(message);
        return;
      case 'clip':
        this.#clips.answered(message.id, message.clip);
        return;
      case 'no_clip':
        this.#clips.refused(message);
        return;
      case 'answer':
        this.#answers.answered(message.id, message.answer);
        return;
      case 'no_answer':
        this.#answers.refused(message);
        return;
      case 'log':
        logger[message.level](message.facts, message.message);
        return;
      case 'replace':
        this.#replace = message;
        return;
    }
  }

  #wasRead(answer: ReadingAnswer): void {
    const { camera, index } = answer.frame;
    this.#reading.delete(`${answer.rule} ${answer.id}`);
    this.#listener.reading(answer);
    if (this.#recordings.has(camera)) setImmediate(() => this.#child?.send({ type: 'seen', camera, index }));
  }

  #inspected(inspection: Extract<FromVision, { type: 'inspection' }>['inspection']): void {
    const listener = this.#listener;
    const { camera, index } = inspection.frame;
    this.#reconciler.inspection(inspection);
    if (inspection.result.status !== 'no_result') this.#patience.inspected();
    listener.inspection(inspection);
    if (!this.#recordings.has(camera)) return;
    // Pictures that the listener asks for now are requested before the next frame is let through.
    setImmediate(() => this.#child?.send({ type: 'seen', camera, index }));
  }
}

function pictureOf({ picture }: Extract<FromVision, { type: 'picture' }>): Picture {
  const { buffer, byteOffset, byteLength } = picture.jpeg;
  return { ...picture, jpeg: Buffer.from(buffer, byteOffset, byteLength) };
}

function mainThreadOf({ pid }: VisionChild, nowMs: number): ReturnType<typeof readLifeSigns> {
  return pid === undefined ? undefined : readLifeSigns({ pid, thread: pid }, nowMs);
}
