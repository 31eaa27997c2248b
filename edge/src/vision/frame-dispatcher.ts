import type { BufferPool, CameraFrame, OutputFormat } from '../camera/index.ts';
import type { FrameRef } from '../domain/index.ts';
import {
  type AssignedModel,
  type FirstStage,
  type ModelStages,
  type SecondStage,
  stagesOf,
} from './assigned-models.ts';
import type { CropPlan } from './crop-plan.ts';
import { detectionCrops } from './detection-crops.ts';
import { frameInputs, type WholeFrames, wholeFrames } from './frame-inputs.ts';
import { FrameRateLimiter } from './frame-rate-limiter.ts';
import { FrameRing, type HeldFrame } from './frame-ring.ts';
import type { InferenceRequest, Outcome } from './inference-request.ts';
import type { CameraPlan } from './plan.ts';
import { RecordingGate } from './recording-gate.ts';

const MIN_HELD_FRAMES = 6;
const MAX_HELD_FRAMES = 16;

/** One frame while its models inspect it. */
interface OpenFrame {
  readonly frame: CameraFrame;
  readonly ref: FrameRef;
  readonly whole: WholeFrames;
  readonly onOutcome: (outcome: Outcome) => void;
}

export interface DispatcherTools {
  readonly pool: BufferPool;
  /** Counts and reports that a model which is not available did not inspect a frame. */
  readonly unavailable: (frame: FrameRef, model: string) => void;
  readonly signal: AbortSignal;
}

/** Gives each frame of one camera to the models that inspect it, second stages after first ones. */
export class FrameDispatcher {
  /** The latest frames, for snapshots and the live view. */
  readonly ring: FrameRing;
  readonly #plan: CameraPlan;
  readonly #tools: DispatcherTools;
  readonly #stages: ModelStages;
  readonly #gate: RecordingGate;
  readonly #absent: readonly { readonly model: string; readonly limiter: FrameRateLimiter }[];

  constructor(plan: CameraPlan, models: readonly AssignedModel[], tools: DispatcherTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#stages = stagesOf(models);
    this.#gate = new RecordingGate(tools.signal);
    this.#absent = (plan.absent ?? []).map(({ model, fps }) => ({ model, limiter: new FrameRateLimiter(fps) }));
    const held = Math.min(MAX_HELD_FRAMES, Math.max(MIN_HELD_FRAMES, Math.ceil(plan.fps * 1.2)));
    this.ring = new FrameRing(tools.pool, held);
  }

  /** What FFmpeg has to make of each frame. */
  get formats(): readonly OutputFormat[] {
    return this.#stages.formats;
  }

  /** Takes a frame. For a recording, resolves when the main process has dealt with all of its results. */
  frame(frame: CameraFrame): Promise<void> | void {
    const { pool, unavailable } = this.#tools;
    const { first, orphans, formats } = this.#stages;
    const due = first.filter((model) => this.#isDue(model, frame.mediaMs));
    const results = due.reduce((sum, { secondStages }) => sum + 1 + secondStages.length, orphans.length);
    const dealtWith = this.#mustInspect && results > 0 ? this.#gate.wait(frame.index, results) : undefined;
    const open = this.#open(frame, wholeFrames(frame, formats, due, pool), results);
    const inputs = frameInputs(frame, due, open.whole, pool);
    for (const [n, model] of due.entries()) this.#offer(model, open, inputs[n] ?? NO_CROPS);
    for (const { runner } of orphans) runner.refuse(this.#request(open, NO_CROPS), 'earlier_stage');
    for (const { model, limiter } of this.#absent) if (limiter.due(frame.mediaMs)) unavailable(open.ref, model);
    return dealtWith;
  }

  /** The main process has dealt with one result of frame `index`. */
  dealtWith(index: number): void {
    this.#gate.dealtWith(index);
  }

  get #mustInspect(): boolean {
    return this.#plan.mode === 'recording';
  }

  /** Holds the frame until `results` outcomes are known. */
  #open(frame: CameraFrame, whole: WholeFrames, results: number): OpenFrame {
    const { index, source, picture, atMs, mediaMs } = frame;
    const { pixels, size, matrix } = picture;
    const held: HeldFrame = { index, pixels, size, matrix, source, pins: results, inspected: false };
    this.ring.hold(held);
    return {
      frame,
      ref: { camera: this.#plan.id, index, atMs, mediaMs, ...source },
      whole,
      onOutcome: (outcome) => {
        held.inspected ||= 'result' in outcome;
        this.ring.unpin(held);
        if ('skipped' in outcome) this.#gate.dealtWith(index);
      },
    };
  }

  #isDue({ limiter, runner, secondStages }: FirstStage, mediaMs: number): boolean {
    if (limiter.due(mediaMs)) return true;
    for (const model of [{ runner }, ...secondStages]) model.runner.pass(this.#plan.id, 'not_due');
    return false;
  }

  #request(open: OpenFrame, crops: CropPlan, onOutcome = open.onOutcome): InferenceRequest {
    const { ref, frame } = open;
    return { frame: ref, arrivedMs: frame.arrivedMs, work: crops, mustInspect: this.#mustInspect, onOutcome };
  }

  #offer(model: FirstStage, open: OpenFrame, crops: CropPlan): void {
    const onOutcome = (outcome: Outcome): void => {
      for (const stage of model.secondStages) this.#offerSecondStage(stage, open, outcome);
      open.onOutcome(outcome);
    };
    model.runner.offer(this.#request(open, crops, onOutcome));
  }

  /** A second stage is skipped or fails with its source model, unless that has a result with detections to crop. */
  #offerSecondStage(stage: SecondStage, open: OpenFrame, outcome: Outcome): void {
    const pixels = open.whole.get(stage.output);
    if ('skipped' in outcome) {
      pixels?.release();
      stage.runner.pass(this.#plan.id, outcome.skipped);
      open.onOutcome(outcome);
    } else if (outcome.result.status === 'no_result' || pixels === undefined) {
      pixels?.release();
      stage.runner.refuse(this.#request(open, NO_CROPS), 'earlier_stage');
    } else {
      const { plan, manifest } = stage;
      const { detections } = outcome.result;
      const crops = detectionCrops({ detections, pixels, stage: plan, input: manifest.input, pool: this.#tools.pool });
      stage.runner.offer(this.#request(open, crops));
    }
  }
}

const NO_CROPS: CropPlan = { crops: [], complete: true, merge: () => [], release: () => undefined };
