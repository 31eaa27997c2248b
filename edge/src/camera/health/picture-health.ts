import { type CameraReference, type HealthLimits, HEALTH_DEFAULTS, type PictureProblem } from '../../domain/index.ts';
import type { PictureFigures } from './picture-figures.ts';
import { Spells } from './spells.ts';
import { type View } from './view.ts';
import { ViewCheck } from './view-check.ts';

/** Every camera has noise, and a new key frame within seconds: what is equal to the last bit for longer is no live picture. */
const FROZEN_MS = 30_000;
/** A picture is as sharp as its scene has edges, so it is compared with the same camera's pictures of the last hour. */
const USUAL_MS = 3_600_000;
/** Time of clear pictures from which the usual sharpness is known. */
const LEARN_MS = 60_000;
/** More time than this between two pictures is not counted. */
const PASSED_MAX_MS = 5_000;
/** An even surface just before the lens: hardly any difference anywhere. */
const COVERED_CONTRAST = 5;
const COVERED_SHARPNESS = 1.5;

/**
 * Judges whether a camera still shows what it is there for: frozen, dark, overexposed, covered, blurred, moved. Pure: time
 * and figures are given to it. Two problems that follow from one cause are reported as the cause: a dark picture is not
 * also covered.
 */
export class PictureHealth {
  readonly #limits: HealthLimits;
  readonly #spells = new Spells<PictureProblem>();
  readonly #view: ViewCheck;
  #reference: CameraReference | undefined;
  #usualSharpness = 0;
  #learnedMs = 0;
  #lastMs: number | undefined;
  #viewMs: number | undefined;
  #print: number | undefined;
  #printSinceMs = 0;

  /** `hidden` are the cells of the view that show a mask. */
  constructor(limits: HealthLimits = HEALTH_DEFAULTS, hidden?: readonly boolean[]) {
    this.#limits = limits;
    this.#view = new ViewCheck(hidden);
  }

  /** Similarity with the view of the reference; undefined where nothing can be compared. */
  get similarity(): number | undefined {
    return this.#view.similarity;
  }

  /** For how long the picture has been clear and seen without a break. */
  get knownMs(): number {
    return this.#view.knownMs;
  }

  /** Compares with this reference from now on. */
  use(reference: CameraReference | undefined): void {
    this.#reference = reference;
    this.#view.use(reference);
  }

  /** The view for a reference; undefined while it is not known for long enough. */
  measured(): ReturnType<ViewCheck['measured']> {
    return this.#view.measured();
  }

  /** Takes the figures and the view of one picture, where that may be seen; gives what is wrong now. */
  judge(figures: PictureFigures, view: View | undefined, nowMs: number): readonly PictureProblem[] {
    const { lastsMs } = this.#limits;
    const passedMs = Math.min(PASSED_MAX_MS, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    if (figures.print !== this.#print) {
      this.#print = figures.print;
      this.#printSinceMs = nowMs;
    }
    const dark = figures.dark >= this.#limits.dark;
    const overexposed = figures.bright >= this.#limits.overexposed;
    const even = figures.contrast < COVERED_CONTRAST && figures.sharpness < COVERED_SHARPNESS;
    const covered = !dark && !overexposed && even;
    const clear = !dark && !overexposed && !covered;
    const blurred = clear && this.#isBlurred(figures);
    if (clear && !blurred) {
      this.#learn(figures.sharpness, passedMs);
      if (view !== undefined) this.#addView(view, nowMs);
    } else this.#view.restart();
    this.#spells.step('frozen', nowMs - this.#printSinceMs >= FROZEN_MS, nowMs, 0);
    this.#spells.step('dark', dark, nowMs, lastsMs);
    this.#spells.step('overexposed', overexposed, nowMs, lastsMs);
    this.#spells.step('covered', covered, nowMs, lastsMs);
    this.#spells.step('blurred', blurred, nowMs, lastsMs);
    this.#spells.step('moved', this.#view.isMoved(this.#limits.moved), nowMs, lastsMs);
    return this.#spells.reported.filter((problem) => !this.#limits.ignore.includes(problem));
  }

  /** The stream begins anew: the same picture as before is no frozen one. */
  restart(): void {
    this.#print = undefined;
    this.#lastMs = undefined;
    this.#viewMs = undefined;
    this.#view.restart();
  }

  #addView(view: View, nowMs: number): void {
    this.#view.add(view, Math.min(PASSED_MAX_MS, nowMs - (this.#viewMs ?? nowMs)), nowMs);
    this.#viewMs = nowMs;
  }

  #isBlurred({ sharpness, contrast }: PictureFigures): boolean {
    const { blurred } = this.#limits;
    if (this.#learnedMs >= LEARN_MS && sharpness < blurred * this.#usualSharpness) return true;
    if (this.#reference === undefined) return false;
    // Less light means less contrast, and edges that are weaker by as much.
    const light = Math.min(1, contrast / Math.max(1, this.#reference.contrast));
    return sharpness < blurred * light * this.#reference.sharpness;
  }

  #learn(sharpness: number, passedMs: number): void {
    this.#learnedMs += passedMs;
    // At first the mean so far, later that of about an hour.
    const weight = Math.min(1, passedMs / Math.min(USUAL_MS, Math.max(1, this.#learnedMs)));
    this.#usualSharpness += (sharpness - this.#usualSharpness) * weight;
  }
}
