import { type Clock, unlessAbort } from '@lineside/kit';
import type { FrameRef, InferenceResult, PictureProblem } from '../domain/index.ts';
import {
  coverAll,
  coverAreas,
  coverMasks,
  hidesPeople,
  PeopleCover,
  type Pixels,
  type PrivacyPlan,
} from '../privacy/index.ts';
import type { FrameRing, HeldFrame } from './frame-ring.ts';

/** How long a picture waits for the model that says where people are. */
const WAIT_MS = 1_000;
/** A frame that the model did not inspect is replaced by one that was taken at most so much earlier or later. */
const NEAR_MS = 600;
/** A live picture is at most so much older than the newest frame. */
const OLD_MS = 2_000;
/** In such pictures nobody can be relied upon to be detected. */
const UNRELIABLE: ReadonlySet<PictureProblem> = new Set(['dark', 'overexposed', 'covered', 'blurred']);

/** A frame that may be shown, with its pixels; pinned in the ring until `release`. */
export interface ShownFrame {
  readonly frame: HeldFrame;
  readonly pixels: Uint8Array;
  /** What was covered in it. */
  readonly privacy: 'none' | 'masks' | 'people' | 'all';
  readonly release: () => void;
}

export interface PrivacyGateOptions {
  readonly plan: PrivacyPlan | undefined;
  readonly ring: FrameRing;
  readonly clock: Clock;
  /** Called for each frame of a camera with privacy once everything in it that must be covered is. */
  readonly onCovered: (frame: HeldFrame) => void;
}

/**
 * The only way by which pixels of a camera leave the vision process. Masks are burned in as a frame arrives, people as
 * soon as the model has found them; a frame in which nobody can be covered, because there is no result, leaves as large
 * blocks of colour.
 */
export class PrivacyGate {
  readonly #options: PrivacyGateOptions;
  readonly #people: PeopleCover | undefined;
  readonly #waiting = new Map<HeldFrame, (() => void)[]>();
  #isReliable = true;

  constructor(options: PrivacyGateOptions) {
    this.#options = options;
    this.#people = hidesPeople(options.plan) ? new PeopleCover(options.plan) : undefined;
  }

  /** Takes a frame before anybody else has its pixels; `isInspected` where the model that detects people will see it. */
  arrived(frame: HeldFrame, isInspected: boolean): void {
    const { plan, onCovered } = this.#options;
    if (plan === undefined) return;
    coverMasks(pixelsOf(frame), plan.masks);
    if (this.#people === undefined) onCovered(frame);
    else frame.people = isInspected ? 'waiting' : 'unknown';
  }

  /** What is wrong with the picture of this camera now. */
  problems(problems: readonly PictureProblem[]): void {
    this.#isReliable = !problems.some((problem) => UNRELIABLE.has(problem));
  }

  /** Takes what became of a frame at a model; undefined where it was skipped. Frames come in order. */
  outcome(frame: HeldFrame, ref: FrameRef, model: string, result: InferenceResult | undefined): void {
    const { plan, onCovered } = this.#options;
    if (this.#people === undefined || plan?.model !== model || frame.people !== 'waiting') return;
    const detections = this.#isReliable ? detectionsOf(result) : undefined;
    if (detections === undefined) frame.people = 'unknown';
    else {
      const size = { width: ref.width, height: ref.height };
      const areas = this.#people.areas({ mediaMs: ref.mediaMs ?? ref.atMs, detections, size });
      coverAreas(pixelsOf(frame), areas, frame.source);
      // An area beside a mask has taken some of its grey, and the mask something of the area.
      coverMasks(pixelsOf(frame), plan.masks);
      frame.people = 'covered';
      onCovered(frame);
    }
    for (const wake of this.#waiting.get(frame) ?? []) wake();
    this.#waiting.delete(frame);
  }

  /** Frame `index`, or the newest that may be shown; undefined while there is none at all. The caller releases it. */
  async shown(index: number | undefined, signal: AbortSignal): Promise<ShownFrame | undefined> {
    const { ring, plan } = this.#options;
    const wanted = ring.find(index);
    if (wanted === undefined) return undefined;
    const isExact = wanted.index === index;
    ring.pin(wanted);
    const released = (frame: HeldFrame): (() => void) => {
      return () => ring.unpin(frame);
    };
    if (this.#people === undefined) {
      const privacy = plan === undefined || plan.masks.length === 0 ? 'none' : 'masks';
      return { frame: wanted, pixels: wanted.pixels, privacy, release: released(wanted) };
    }
    if (isExact && wanted.people === 'waiting') await this.#settled(wanted, signal);
    const covered = isExact ? this.#nearest(wanted) : this.#newest(wanted);
    if (covered !== undefined) {
      ring.pin(covered);
      ring.unpin(wanted);
      return { frame: covered, pixels: covered.pixels, privacy: 'people', release: released(covered) };
    }
    const pixels = Uint8Array.from(wanted.pixels);
    coverAll({ ...pixelsOf(wanted), bytes: pixels });
    coverMasks({ ...pixelsOf(wanted), bytes: pixels }, plan?.masks ?? []);
    return { frame: wanted, pixels, privacy: 'all', release: released(wanted) };
  }

  /** Resolves when the outcome of the frame is known, or after a while. */
  async #settled(frame: HeldFrame, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const known = new Promise<void>((resolve) => {
      this.#waiting.set(frame, [...(this.#waiting.get(frame) ?? []), resolve]);
    });
    const late = this.#options.clock.sleep(WAIT_MS, AbortSignal.any([signal, over.signal])).catch(unlessAbort);
    await Promise.race([known, late]);
    over.abort();
  }

  #nearest(wanted: HeldFrame): HeldFrame | undefined {
    const distance = ({ arrivedMs }: HeldFrame): number => Math.abs(arrivedMs - wanted.arrivedMs);
    const near = this.#covered.filter((frame) => distance(frame) <= NEAR_MS);
    return near.toSorted((a, b) => distance(a) - distance(b))[0];
  }

  #newest(newest: HeldFrame): HeldFrame | undefined {
    return this.#covered.findLast(({ arrivedMs }) => newest.arrivedMs - arrivedMs <= OLD_MS);
  }

  get #covered(): readonly HeldFrame[] {
    return this.#options.ring.frames.filter(({ people }) => people === 'covered');
  }
}

function pixelsOf({ pixels, size, matrix }: HeldFrame): Pixels {
  return { bytes: pixels, size, layout: matrix === undefined ? 'rgb' : 'yuv' };
}

/** Undefined where the result does not say where people are. A model on a slower provider detects as well as ever. */
function detectionsOf(
  result: InferenceResult | undefined,
): Extract<InferenceResult, { status: 'ok' }>['detections'] | undefined {
  if (result === undefined || result.status === 'no_result') return undefined;
  if (result.status === 'degraded' && result.reason !== 'fallback_provider') return undefined;
  return result.detections;
}
