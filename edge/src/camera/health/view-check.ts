import type { CameraReference } from '../../domain/index.ts';
import { bestShift, type Edges, edgesOf, similarity, type View, viewFrom, viewText } from './view.ts';

/** What moves through the picture is averaged over about this long, so that what stays is compared. */
const MEAN_MS = 20_000;
/** A view is known after this much time. */
export const KNOWN_MS = 20_000;
/** How often the shift is looked for while the view is less like the reference than it was. */
const SHIFT_EVERY_MS = 5_000;
/** A shift of less is the camera shaking, or rounding. */
const SHIFT_MIN = 0.02;
/** Under the shift the view must be so much more like the reference than without it. */
const SHIFT_GAIN = 0.15;
/** Part of the similarity at commissioning that is left when something only stands in the picture. */
const LIKE_FRACTION = 0.85;
/** Below this similarity with itself nothing in the picture stays where it is, and nothing can be compared. */
const COMPARABLE = 0.3;

/** The mean of the newest pictures of a camera, and whether it is still the view of the reference. */
export class ViewCheck {
  /** Cells that show a mask. */
  readonly #hidden: readonly boolean[] | undefined;
  #mean: View | undefined;
  #knownMs = 0;
  #typical = 0;
  #reference: { readonly edges: Edges; readonly similarity: number } | undefined;
  #similarity: number | undefined;
  #shifted = false;
  #shiftMs = Number.NEGATIVE_INFINITY;

  constructor(hidden?: readonly boolean[]) {
    this.#hidden = hidden;
  }

  /** For how long the view has been averaged. */
  get knownMs(): number {
    return this.#knownMs;
  }

  /** Similarity with the reference, 0 to 1; undefined where nothing can be compared. */
  get similarity(): number | undefined {
    return this.#similarity;
  }

  /** Compares with this view from now on. */
  use(reference: CameraReference | undefined): void {
    const view = reference === undefined ? undefined : viewFrom(reference.view);
    this.#reference =
      reference === undefined || view === undefined
        ? undefined
        : { edges: edgesOf(view, this.#hidden), similarity: reference.similarity };
    this.#similarity = undefined;
    this.#shifted = false;
  }

  /** The picture was not clear, or the stream begins anew: what is known of the view is of another time. */
  restart(): void {
    this.#mean = undefined;
    this.#knownMs = 0;
    this.#typical = 0;
    this.#similarity = undefined;
    this.#shifted = false;
  }

  /** Takes a clear picture that came `passedMs` after the one before. */
  add(view: View, passedMs: number, nowMs: number): void {
    const weight =
      this.#mean === undefined ? 1 : Math.max(0.01, passedMs / Math.min(MEAN_MS, this.#knownMs + passedMs));
    this.#knownMs += passedMs;
    this.#mean = this.#mean?.map((level, at) => level + weight * ((view[at] ?? 0) - level)) ?? view;
    const edges = edgesOf(this.#mean, this.#hidden);
    // How much of one picture is what stays: people and products make it less.
    this.#typical += weight * (similarity(edges, edgesOf(view, this.#hidden)) - this.#typical);
    if (this.#knownMs >= KNOWN_MS) this.#compare(edges, nowMs);
  }

  /** The mean view and the similarity of one picture with it, for a reference; undefined while it is not known. */
  measured(): Pick<CameraReference, 'view' | 'similarity'> | undefined {
    if (this.#mean === undefined || this.#knownMs < KNOWN_MS) return undefined;
    return { view: viewText(this.#mean), similarity: this.#typical };
  }

  /** Whether the view is another one: shifted, or less like the reference than `fraction` of what it was. */
  isMoved(fraction: number): boolean {
    if (this.#similarity === undefined || this.#reference === undefined) return false;
    return this.#shifted || this.#similarity < fraction * this.#reference.similarity;
  }

  #compare(edges: Edges, nowMs: number): void {
    const reference = this.#reference;
    if (reference === undefined || reference.similarity < COMPARABLE) return;
    const like = similarity(reference.edges, edges);
    this.#similarity = like;
    if (like >= LIKE_FRACTION * reference.similarity) {
      this.#shifted = false;
      return;
    }
    if (nowMs - this.#shiftMs < SHIFT_EVERY_MS) return;
    this.#shiftMs = nowMs;
    const best = bestShift(reference.edges, edges);
    this.#shifted = best.fraction >= SHIFT_MIN && best.similarity >= like + SHIFT_GAIN;
  }
}
