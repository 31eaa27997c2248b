import { type Clock, isAbort, type Logger, type Service } from '@lineside/kit';
import type { Picture, PictureRequest, Vision, VisionListener } from '../pipeline/index.ts';
import { FrameReconciler } from './frame-accounting/index.ts';
import { combineListeners } from './combine-listeners.ts';
import { VisionError } from './errors.ts';
import type { FromVision } from './messages.ts';
import { PendingSnapshots } from './pending-snapshots.ts';
import { assignmentOf, type VisionPlan } from './plan.ts';
import { diffPlans } from './plan-change.ts';
import { RestartBudget } from './restart-budget.ts';
import { VisionChild } from './vision-child.ts';

const WATCH_MS = 250;
const SILENCE_MAX_MS = 2_000;
/** Loading the program takes seconds on a small machine that is just starting. */
const START_MAX_MS = 20_000;

export interface VisionProcessOptions {
  /** What the process runs until `change` gives it another plan. */
  readonly plan: VisionPlan;
  /** Called in this order; each has only the methods that it needs. */
  readonly listeners: readonly Partial<VisionListener>[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  /** An inference that takes longer is given up, and the process with it; 5000 when left out. */
  readonly inferenceDeadlineMs?: number;
  /** 5000 when left out. */
  readonly pictureDeadlineMs?: number;
}

interface PendingChange {
  readonly id: number;
  readonly onDropped: () => void;
  readonly resolve: () => void;
}

/** The vision process seen from the main process: starts it, watches its heartbeat, and restarts it. */
export class VisionProcess implements Service, Vision {
  readonly name = 'vision';
  readonly #options: VisionProcessOptions;
  readonly #listener: VisionListener;
  readonly #pictures: PendingSnapshots;
  readonly #recordings: ReadonlySet<string>;
  /** What a new process is started with. */
  #plan: VisionPlan;
  /** What the process that runs was started with, or has been changed to. */
  #running: VisionPlan;
  #change: PendingChange | undefined;
  #changes = 0;
  /** Recordings that have ended: a new process does not play them again. */
  readonly #finished = new Set<string>();
  #reconciler = new FrameReconciler({});
  #child: VisionChild | undefined;
  #silentMs = 0;
  #greeted = false;
  #replace: string | undefined;

  constructor(options: VisionProcessOptions) {
    this.#options = options;
    this.#listener = combineListeners(options.listeners);
    this.#plan = options.plan;
    this.#running = options.plan;
    this.#pictures = new PendingSnapshots(options.pictureDeadlineMs ?? 5_000);
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
    if (this.#change !== undefined) throw new TypeError('the plan is being changed already');
    const change = diffPlans(this.#running, plan);
    this.#plan = plan;
    const child = this.#child;
    if (child === undefined) {
      this.#running = plan;
      onDropped();
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#changes += 1;
    this.#change = { id: this.#changes, onDropped, resolve: () => resolve(undefined) };
    child.send({ type: 'change', id: this.#changes, change, firstIndex: this.#reconciler.nextIndices() });
    await promise;
  }

  /** @throws VisionError when no frame is kept, the process is down, or the deadline passes. */
  async picture(request: PictureRequest, signal: AbortSignal): Promise<Picture> {
    const child = this.#child;
    if (child === undefined || !this.#greeted)
      throw new VisionError('vision_down', 'the vision process is not running');
    return this.#pictures.ask((id) => child.send({ type: 'picture', id, request }), signal);
  }

  /** Runs one child from its start to its end; resolves to why it ended. */
  async #runChild(signal: AbortSignal): Promise<string> {
    const { inferenceDeadlineMs = 5_000 } = this.#options;
    const plan = this.#plan;
    this.#running = plan;
    const firstIndex = this.#reconciler.nextIndices();
    this.#reconciler = new FrameReconciler(firstIndex);
    this.#silentMs = 0;
    this.#greeted = false;
    this.#replace = undefined;
    const child = new VisionChild((message) => this.#received(message));
    this.#child = child;
    const cameras = plan.cameras.filter(({ id }) => !this.#finished.has(id));
    child.send({ type: 'plan', plan: { ...plan, cameras }, firstIndex, inferenceDeadlineMs });
    const over = new AbortController();
    const ended = child.ended.finally(() => over.abort());
    const fault = await this.#watch(AbortSignal.any([signal, over.signal]));
    if (fault !== undefined) await child.kill();
    else if (!over.signal.aborted) await child.stop();
    const how = await ended;
    this.#child = undefined;
    this.#pictures.abandon();
    this.#countLost();
    this.#dropped();
    return fault ?? how;
  }

  /** Resolves to why the child has to be killed; undefined when the signal aborted first. */
  async #watch(signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#options;
    let lastMs = clock.monoMs();
    try {
      for (;;) {
        await clock.sleep(WATCH_MS, signal);
        const nowMs = clock.monoMs();
        // When this process itself was held up, messages may be waiting: that time is not the child's silence.
        this.#silentMs += Math.min(nowMs - lastMs, 2 * WATCH_MS);
        lastMs = nowMs;
        if (this.#replace !== undefined) return this.#replace;
        if (this.#silentMs > (this.#greeted ? SILENCE_MAX_MS : START_MAX_MS)) return 'no heartbeat';
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return undefined;
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
    this.#running = this.#plan;
    change.onDropped();
    change.resolve();
  }

  #received(message: FromVision): void {
    const { logger } = this.#options;
    const listener = this.#listener;
    switch (message.type) {
      case 'hello':
        this.#silentMs = 0;
        this.#greeted = true;
        logger.info({ vision: this.#child?.pid }, 'vision process is up');
        listener.up();
        return;
      case 'heartbeat':
        this.#silentMs = 0;
        this.#reconciler.heartbeat(message);
        for (const { camera, model, reason, count } of message.skipped) {
          listener.fate(camera, model, { fate: 'skipped', reason }, count);
        }
        return;
      case 'inspection':
        this.#inspected(message.inspection);
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
      case 'no_picture':
        this.#pictures.arrived(message);
        return;
      case 'log':
        logger[message.level](message.facts, message.message);
        return;
      case 'replace':
        this.#replace = message.reason;
        return;
    }
  }

  #inspected(inspection: Extract<FromVision, { type: 'inspection' }>['inspection']): void {
    const listener = this.#listener;
    const { camera, index } = inspection.frame;
    this.#reconciler.inspection(inspection);
    listener.inspection(inspection);
    if (!this.#recordings.has(camera)) return;
    // Pictures that the listener asks for now are requested before the next frame is let through.
    setImmediate(() => this.#child?.send({ type: 'seen', camera, index }));
  }
}
