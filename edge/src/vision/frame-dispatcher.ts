import {
  type BufferPool,
  type CameraFrame,
  formatKey,
  isWhole,
  type OutputFormat,
  outputSize,
} from '../camera/index.ts';
import { type FrameRef, type PixelRect, regionRect } from '../domain/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { detectionCrops } from './detection-crops.ts';
import type { Outcome } from './inference-request.ts';
import type { ModelRunner } from './model-runner.ts';
import { FrameRateLimiter } from './frame-rate-limiter.ts';
import { type HeldFrame, FrameRing } from './frame-ring.ts';
import { type CameraPlan, formatOf, type ModelUse, type StagePlan } from './plan.ts';
import { SharedPixels } from './shared-pixels.ts';
import { tileCrops } from './tile-crops.ts';
import { singleCrop, type CropPlan } from './crop-plan.ts';

const PICTURES_LEAST = 6;
const PICTURES_MOST = 16;

/** A model that looks at a camera. */
export interface AssignedModel {
  readonly use: ModelUse;
  readonly runner: ModelRunner;
  readonly manifest: ModelManifest;
  /** IoU from which two boxes are one object. */
  readonly iou: number;
}

/** A model of the first stage, with those that look at what it found. */
interface FirstStage extends AssignedModel {
  /** Place of its pixels among FFmpeg's outputs. */
  readonly output: number;
  readonly pace: FrameRateLimiter;
  readonly stages: readonly Stage[];
}

interface Stage extends AssignedModel {
  readonly plan: StagePlan;
  readonly output: number;
}

/** One frame on this desk. */
interface Arrival {
  readonly frame: CameraFrame;
  readonly ref: FrameRef;
  readonly mustInspect: boolean;
  /** Pictures that tiles and finds are cut from, by output. */
  readonly whole: ReadonlyMap<number, SharedPixels>;
  readonly onOutcome: (outcome: Outcome) => void;
}

export interface DispatcherTools {
  readonly pool: BufferPool;
  /** Counts and tells that a model which cannot be had did not look at a frame. */
  readonly unavailable: (frame: FrameRef, model: string) => void;
  readonly signal: AbortSignal;
}

/** Hands each frame of one camera to its models, and holds its pictures. */
export class FrameDispatcher {
  readonly ring: FrameRing;
  /** What FFmpeg is to make of each frame, each once. */
  readonly formats: readonly OutputFormat[];
  readonly #plan: CameraPlan;
  readonly #pool: BufferPool;
  readonly #watches: readonly FirstStage[];
  /** Stages whose first model is not on this camera: they cannot be run, and each frame says so. */
  readonly #orphans: readonly AssignedModel[];
  /** Frames of a recording that the main process has not yet dealt with. */
  readonly #unseen = new Map<number, { left: number; readonly release: () => void }>();
  readonly #absent: readonly { readonly model: string; readonly pace: FrameRateLimiter }[];
  readonly #unavailable: (frame: FrameRef, model: string) => void;
  readonly #signal: AbortSignal;

  constructor(plan: CameraPlan, watchers: readonly AssignedModel[], tools: DispatcherTools) {
    const { pool } = tools;
    this.#plan = plan;
    this.#pool = pool;
    this.#signal = tools.signal;
    this.#unavailable = tools.unavailable;
    this.#absent = (plan.absent ?? []).map(({ model, fps }) => ({ model, pace: new FrameRateLimiter(fps) }));
    this.ring = new FrameRing(pool, Math.min(PICTURES_MOST, Math.max(PICTURES_LEAST, Math.ceil(plan.fps * 1.2))));
    const { first, orphans } = stagesOf(watchers);
    const used = watchers.filter((watcher) => !orphans.includes(watcher));
    const byKey = new Map(
      used.map(({ manifest, use }) => [formatKey(formatOf(manifest, use)), formatOf(manifest, use)]),
    );
    const keys = [...byKey.keys()];
    const output = ({ manifest, use }: AssignedModel): number => keys.indexOf(formatKey(formatOf(manifest, use)));
    this.formats = [...byKey.values()];
    this.#orphans = orphans;
    this.#watches = first.map(({ watcher, stages }) => ({
      ...watcher,
      output: output(watcher),
      pace: new FrameRateLimiter(watcher.use.fps),
      stages: stages.map((stage) => ({ ...stage, output: output(stage) })),
    }));
  }

  /** A recording's frame resolves when every model's result has been dealt with by the main process. */
  frame(frame: CameraFrame): Promise<void> | void {
    const { index, source, picture } = frame;
    const due = this.#watches.filter((watch) => this.#isDue(watch, frame.mediaMs));
    const pins = due.reduce((sum, { stages }) => sum + 1 + stages.length, this.#orphans.length);
    const held: HeldFrame = { index, pixels: picture.pixels, size: picture.size, source, pins, inspected: false };
    this.ring.hold(held);
    const mustInspect = this.#plan.mode === 'recording';
    const dealtWith = mustInspect && pins > 0 ? this.#await(index, pins) : undefined;
    const arrival: Arrival = {
      frame,
      ref: { camera: this.#plan.id, index, atMs: frame.atMs, mediaMs: frame.mediaMs, ...source },
      mustInspect,
      whole: this.#wholePictures(frame, due),
      onOutcome: (outcome) => {
        held.inspected ||= 'told' in outcome;
        this.ring.unpin(held);
        if ('skipped' in outcome) this.seen(index);
      },
    };
    const offers = this.#workOf(arrival, due);
    for (const { watch, work } of offers) this.#offer(watch, arrival, work);
    for (const { runner } of this.#orphans) runner.refuse(this.#request(arrival, NO_WORK), 'earlier_stage');
    for (const { model, pace } of this.#absent) if (pace.due(frame.mediaMs)) this.#unavailable(arrival.ref, model);
    return dealtWith;
  }

  /** The main process has dealt with one result of frame `index`. */
  seen(index: number): void {
    const waiting = this.#unseen.get(index);
    if (waiting === undefined) return;
    waiting.left -= 1;
    if (waiting.left > 0) return;
    this.#unseen.delete(index);
    waiting.release();
  }

  #await(index: number, results: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        this.#signal.removeEventListener('abort', release);
        resolve();
      };
      this.#unseen.set(index, { left: results, release });
      this.#signal.addEventListener('abort', release, { once: true });
    });
  }

  #isDue({ pace, runner, stages }: FirstStage, mediaMs: number): boolean {
    if (pace.due(mediaMs)) return true;
    for (const one of [{ runner }, ...stages]) one.runner.pass(this.#plan.id, 'not_due');
    return false;
  }

  #wholePictures(frame: CameraFrame, due: readonly FirstStage[]): ReadonlyMap<number, SharedPixels> {
    const takers = due.flatMap((watch) => [watch, ...watch.stages].map(({ output }) => output));
    const shared = new Map<number, SharedPixels>();
    for (const [output, format] of this.formats.entries()) {
      const bytes = frame.inputs[output];
      if (!isWhole(format) || bytes === undefined) continue;
      const count = takers.filter((taker) => taker === output).length;
      shared.set(output, new SharedPixels(bytes, outputSize(format, frame.source), this.#pool, count));
    }
    return shared;
  }

  /** A buffer is transferred to one worker; a second model of the same format gets a copy. */
  #workOf(arrival: Arrival, due: readonly FirstStage[]): { watch: FirstStage; work: CropPlan }[] {
    const { frame, whole } = arrival;
    const used = new Set<number>();
    const offers = due.map((watch) => {
      const { output, use, manifest, iou } = watch;
      const region = placeOf(use, frame);
      const pixels = whole.get(output);
      if (pixels !== undefined && use.tiles !== undefined) {
        const request = { region, pixels, tiles: use.tiles, input: manifest.input, iou, pool: this.#pool };
        return { watch, work: tileCrops(request) };
      }
      const original = frame.inputs[output];
      if (original === undefined) throw new Error(`no input ${output} for camera ${this.#plan.id}`);
      const copy = used.has(output) ? this.#copy(original) : original;
      used.add(output);
      const { left, top, width, height } = region;
      return { watch, work: singleCrop(copy, { left, top, size: { width, height } }, this.#pool) };
    });
    for (const [output, bytes] of frame.inputs.entries()) {
      if (!used.has(output) && !whole.has(output)) this.#pool.give(bytes);
    }
    return offers;
  }

  #copy(original: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const copy = this.#pool.take(original.byteLength);
    copy.set(original);
    return copy;
  }

  #request(arrival: Arrival, work: CropPlan, onOutcome = arrival.onOutcome) {
    const { ref, frame, mustInspect } = arrival;
    return { frame: ref, arrivedMs: frame.arrivedMs, work, mustInspect, onOutcome };
  }

  #offer(watch: FirstStage, arrival: Arrival, work: CropPlan): void {
    const onOutcome = (outcome: Outcome): void => {
      for (const stage of watch.stages) this.#next(stage, arrival, outcome);
      arrival.onOutcome(outcome);
    };
    watch.runner.offer(this.#request(arrival, work, onOutcome));
  }

  /** The second stage shares the fate of the first, unless there is a result to look into. */
  #next(stage: Stage, arrival: Arrival, outcome: Outcome): void {
    const pixels = arrival.whole.get(stage.output);
    if ('skipped' in outcome) {
      pixels?.release();
      stage.runner.pass(this.#plan.id, outcome.skipped);
      arrival.onOutcome(outcome);
    } else if (outcome.told.status === 'no_result' || pixels === undefined) {
      pixels?.release();
      stage.runner.refuse(this.#request(arrival, NO_WORK), 'earlier_stage');
    } else {
      const { plan, manifest } = stage;
      const finds = outcome.told.detections;
      const work = detectionCrops({ finds, pixels, stage: plan, input: manifest.input, pool: this.#pool });
      stage.runner.offer(this.#request(arrival, work));
    }
  }
}

const NO_WORK: CropPlan = { crops: [], complete: true, merge: () => [], release: () => undefined };

function placeOf(use: ModelUse, { source }: CameraFrame): PixelRect {
  return use.region === undefined ? { left: 0, top: 0, ...source } : regionRect(use.region, source);
}

function stagesOf(watchers: readonly AssignedModel[]): {
  first: { watcher: AssignedModel; stages: (AssignedModel & { readonly plan: StagePlan })[] }[];
  orphans: AssignedModel[];
} {
  const first = watchers
    .filter(({ use }) => use.after === undefined)
    .map((watcher) => ({
      watcher,
      stages: watchers.flatMap((stage) => {
        const plan = stage.use.after;
        return plan?.model === watcher.use.model ? [{ ...stage, plan }] : [];
      }),
    }));
  const known = new Set(first.map(({ watcher }) => watcher.use.model));
  const orphans = watchers.filter(({ use }) => use.after !== undefined && !known.has(use.after.model));
  return { first, orphans };
}
