import { type BufferPool, type CameraFrame, formatKey, type OutputFormat } from '../camera/index.ts';
import type { FrameRef } from '../domain/index.ts';
import type { Clock } from '@lineside/kit';
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
import type { InferenceRequest, InspectedResult, Outcome } from './inference-request.ts';
import { type BlockMeans, LumaBlocks } from './luma-blocks.ts';
import type { CameraPlan } from './plan.ts';
import { PrivacyGate } from './privacy-gate.ts';
import { refineLabels } from './refine-labels.ts';
import { ReadableFrames } from './readable-frames.ts';
import { RecordingGate } from './recording-gate.ts';
import type { SharedPixels } from './shared-pixels.ts';

const MIN_HELD_FRAMES = 6;
const MAX_HELD_FRAMES = 16;

/** One frame while its models inspect it. */
interface OpenFrame {
  readonly frame: CameraFrame;
  readonly ref: FrameRef;
  readonly whole: WholeFrames;
  readonly onOutcome: (outcome: Outcome, model?: string) => void;
}

export interface DispatcherTools {
  readonly pool: BufferPool;
  readonly clock: Clock;
  /** Counts and reports that a model which is not available did not inspect a frame. */
  readonly unavailable: (frame: FrameRef, model: string) => void;
  readonly signal: AbortSignal;
  /** Called for each frame of a camera with privacy once everything in it that must be covered is. */
  readonly onCovered?: (frame: HeldFrame) => void;
}

/** Gives each frame of one camera to the models that inspect it, second stages after first ones. */
export class FrameDispatcher {
  /** The latest frames, for snapshots and the live view. */
  readonly ring: FrameRing;
  /** By which their pixels are shown. */
  readonly privacy: PrivacyGate;
  readonly #plan: CameraPlan;
  readonly #tools: DispatcherTools;
  readonly #stages: ModelStages;
  readonly #gate: RecordingGate;
  /** Frames whose products can be read, and the place of their pixels among the outputs. */
  readonly #readable: { readonly frames: ReadableFrames; readonly output: number } | undefined;
  readonly #luma: LumaBlocks | undefined;
  readonly #absent: readonly { readonly model: string; readonly limiter: FrameRateLimiter }[];

  constructor(plan: CameraPlan, models: readonly AssignedModel[], tools: DispatcherTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#stages = stagesOf(models, plan.reads === undefined ? [] : [SOURCE_SIZE], plan.motion);
    const output = this.#stages.formats.findIndex((format) => formatKey(format) === formatKey(SOURCE_SIZE));
    this.#readable = plan.reads === undefined ? undefined : { frames: new ReadableFrames(), output };
    this.#luma = plan.motion && new LumaBlocks(plan.motion.zones);
    this.#gate = new RecordingGate(tools.signal);
    this.#absent = (plan.absent ?? []).map(({ model, fps }) => ({ model, limiter: new FrameRateLimiter(fps) }));
    const held = Math.min(MAX_HELD_FRAMES, Math.max(MIN_HELD_FRAMES, Math.ceil(plan.fps * 1.2)));
    this.ring = new FrameRing(tools.pool, held);
    this.privacy = new PrivacyGate({
      plan: plan.privacy,
      ring: this.ring,
      clock: tools.clock,
      onCovered: tools.onCovered ?? (() => undefined),
    });
  }

  /** What FFmpeg has to make of each frame. */
  get formats(): readonly OutputFormat[] {
    return this.#stages.formats;
  }

  /** Takes a frame. For a recording, resolves when the main process has dealt with all of its results. */
  frame(frame: CameraFrame): Promise<void> | void {
    const { pool, unavailable } = this.#tools;
    const { first, orphans, formats } = this.#stages;
    const means = this.#luma?.of(frame.picture);
    const due = first.filter((model) => this.#isDue(model, frame.mediaMs, means));
    const results = due.reduce((sum, { secondStages }) => sum + 1 + secondStages.length, orphans.length);
    const dealtWith = this.#mustInspect && results > 0 ? this.#gate.wait(frame.index, results) : undefined;
    const detectsPeople = due.some(({ use }) => use.model === this.#plan.privacy?.model);
    const reading = due.filter((model) => this.#isRead(model));
    const readers = this.#readable === undefined || reading.length === 0 ? [] : [this.#readable.output];
    const whole = wholeFrames(frame, formats, due, pool, readers);
    for (const output of readers) {
      const pixels = whole.get(output);
      if (pixels !== undefined) this.#readable?.frames.hold(frame.index, pixels, reading.length);
    }
    const open = this.#open(frame, whole, results, detectsPeople);
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

  /** The frame at the source's own size, where it is still held and shows a product. */
  readable(index: number): SharedPixels | undefined {
    return this.#readable?.frames.find(index);
  }

  /** A product of frame `index` is being read: of a recording, the next frame waits until the answer was dealt with. */
  readingBegins(index: number): void {
    this.#gate.more(index);
  }

  #isRead({ use }: FirstStage): boolean {
    return this.#plan.reads?.models.includes(use.model) === true;
  }

  get mustInspect(): boolean {
    return this.#mustInspect;
  }

  get #mustInspect(): boolean {
    return this.#plan.mode === 'recording';
  }

  /** Holds the frame until `results` outcomes are known. */
  #open(frame: CameraFrame, whole: WholeFrames, results: number, detectsPeople: boolean): OpenFrame {
    const { index, source, picture, atMs, mediaMs, capturedMs, arrivedMs } = frame;
    const { pixels, size, matrix } = picture;
    const taken = capturedMs === undefined ? {} : { capturedMs };
    const ref = { camera: this.#plan.id, index, atMs, mediaMs, ...taken, ...source };
    const held: HeldFrame = { index, arrivedMs, pixels, size, matrix, source, pins: results, inspected: false };
    this.privacy.arrived(held, detectsPeople);
    this.ring.hold(held);
    return {
      frame,
      ref,
      whole,
      onOutcome: (outcome, model) => {
        held.inspected ||= 'result' in outcome;
        if (model !== undefined)
          this.privacy.outcome(held, ref, model, 'result' in outcome ? outcome.result : undefined);
        this.ring.unpin(held);
        if ('skipped' in outcome) this.#gate.dealtWith(index);
      },
    };
  }

  #isDue({ limiter, motion, runner, secondStages }: FirstStage, mediaMs: number, means?: BlockMeans): boolean {
    const inTime = limiter.due(mediaMs);
    if (inTime && (means === undefined || motion?.due(means, mediaMs) !== false)) return true;
    for (const model of [{ runner }, ...secondStages]) {
      model.runner.pass(this.#plan.id, inTime ? 'no_motion' : 'not_due');
    }
    return false;
  }

  #request(
    open: OpenFrame,
    crops: CropPlan,
    { onOutcome = open.onOutcome, refine }: Partial<Pick<InferenceRequest, 'onOutcome' | 'refine'>> = {},
  ): InferenceRequest {
    const { ref, frame } = open;
    const asked = { frame: ref, arrivedMs: frame.arrivedMs, work: crops, mustInspect: this.#mustInspect, onOutcome };
    return refine === undefined ? asked : { ...asked, refine };
  }

  #offer(model: FirstStage, open: OpenFrame, crops: CropPlan): void {
    const refining = model.secondStages.find(({ plan }) => plan.refines === true);
    const refine = (result: InspectedResult, send: (refined: InspectedResult) => void): void => {
      if (refining === undefined) return send(result);
      this.#offerSecondStage(refining, open, { result }, (answer) =>
        send(refinedBy(answer, result, model.manifest.labels)),
      );
    };
    const onOutcome = (outcome: Outcome): void => {
      const isInspected = 'result' in outcome && outcome.result.status !== 'no_result';
      if (!isInspected) model.motion?.missed(open.frame.mediaMs);
      for (const stage of model.secondStages) {
        // The one that refines has inspected the detections before.
        if (stage !== refining || !isInspected) this.#offerSecondStage(stage, open, outcome);
      }
      if (this.#isRead(model)) this.#readable?.frames.outcome(open.frame.index, hasDetections(outcome));
      open.onOutcome(outcome, model.use.model);
    };
    model.runner.offer(this.#request(open, crops, refining === undefined ? { onOutcome } : { onOutcome, refine }));
  }

  /** A second stage is skipped or fails with its source model, unless that has a result with detections to crop. */
  #offerSecondStage(
    stage: SecondStage,
    open: OpenFrame,
    outcome: Outcome,
    answered: (answer: Outcome) => void = () => undefined,
  ): void {
    const onOutcome = (answer: Outcome): void => {
      open.onOutcome(answer);
      answered(answer);
    };
    const pixels = open.whole.get(stage.output);
    if ('skipped' in outcome) {
      pixels?.release();
      stage.runner.pass(this.#plan.id, outcome.skipped);
      onOutcome(outcome);
    } else if (outcome.result.status === 'no_result' || pixels === undefined) {
      pixels?.release();
      stage.runner.refuse(this.#request(open, NO_CROPS, { onOutcome }), 'earlier_stage');
    } else {
      const { plan, manifest } = stage;
      const { detections } = outcome.result;
      const crops = detectionCrops({ detections, pixels, stage: plan, input: manifest.input, pool: this.#tools.pool });
      stage.runner.offer(this.#request(open, crops, { onOutcome }));
    }
  }
}

/** The result with the labels that both stages give together; as it was where the second one has none. */
function refinedBy(answer: Outcome, result: InspectedResult, labels: readonly string[]): InspectedResult {
  if ('skipped' in answer || answer.result.status === 'no_result') return result;
  return { ...result, detections: refineLabels(result.detections, answer.result.cropClasses ?? [], labels) };
}

/** What products are read from. */
const SOURCE_SIZE: OutputFormat = { color: 'rgb', scale: 1 };

function hasDetections(outcome: Outcome): boolean {
  return 'result' in outcome && outcome.result.status !== 'no_result' && outcome.result.detections.length > 0;
}

const NO_CROPS: CropPlan = { crops: [], complete: true, merge: () => [], release: () => undefined };
