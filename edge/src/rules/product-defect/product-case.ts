import type { Track } from '../../domain/index.ts';
import type { Details, IncidentState, Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';
import { type Majority, Votes } from './votes.ts';

/** In what respect a product can be wrong. */
export type Respect = 'defect' | 'missing_part' | 'wrong_part' | 'anomaly';

/** A part that is seen in more than two fifths of the frames is there: detectors miss more than they invent. */
const MISSING_FRACTION = 0.6;

/** One product on its way past the camera, known by its track, by the tracks of its defects, or both. */
export class ProductCase implements Subject {
  readonly incident: IncidentState;
  readonly defects = new Set<number>();
  readonly place = new Place();
  product: number | undefined;
  productSeenMs = Number.NEGATIVE_INFINITY;
  readonly #windowMs: number;
  readonly #votes = new Map<Respect, Votes>();
  readonly #missing = new Set<string>();
  readonly #wrong = new Set<string>();
  #found: Respect | undefined;
  #most = 0;
  #score: number | undefined;

  constructor(incident: IncidentState, windowMs: number) {
    this.incident = incident;
    this.#windowMs = windowMs;
  }

  observe(defects: readonly Track[], product: Track | undefined): void {
    for (const defect of defects) this.defects.add(defect.id);
    this.#most = Math.max(this.#most, defects.length);
    if (product !== undefined) this.see(product);
  }

  /** Its product, whether a defect is visible in this frame or not. */
  see(product: Track): void {
    this.product = product.id;
    this.productSeenMs = product.lastSeenMs;
    if (product.missed === 0) this.place.see(product.box, product.lastSeenMs);
  }

  /** One frame that could judge the product in this respect. */
  vote(respect: Respect, atMs: number, against: boolean): void {
    const votes = this.#votes.get(respect) ?? new Votes(this.#windowMs);
    this.#votes.set(respect, votes);
    votes.add(atMs, against);
  }

  lacks(parts: readonly string[]): void {
    for (const part of parts) this.#missing.add(part);
  }

  hasWrong(labels: readonly string[]): void {
    for (const label of labels) this.#wrong.add(label);
  }

  /** A score of the anomaly model, on the model's own scale. */
  scored(score: number): void {
    this.#score = Math.max(this.#score ?? score, score);
  }

  /** Frames against the product in any respect. */
  get sightings(): number {
    return [...this.#votes.values()].reduce((sum, votes) => sum + votes.against, 0);
  }

  /** In what respect it was found to be wrong first. */
  get found(): Respect {
    return this.#found ?? 'defect';
  }

  /** Frames that could judge it in the respect that was judged least often. */
  get judgedFrames(): number {
    const counts = [...this.#votes.values()].map((votes) => votes.count);
    return counts.length === 0 ? 0 : Math.min(...counts);
  }

  /** Whether enough frames agree in one respect. */
  isProven(majority: Majority): boolean {
    for (const [respect, votes] of this.#votes) {
      const least = respect === 'missing_part' ? MISSING_FRACTION : 0;
      if (!votes.has({ ...majority, fraction: Math.max(majority.fraction, least) })) continue;
      this.#found ??= respect;
      return true;
    }
    return false;
  }

  details(): Details {
    const { found } = this;
    return {
      framesWithDefect: this.sightings,
      ...(this.#most === 0 ? {} : { mostDefects: this.#most }),
      ...(found === 'defect' ? {} : { found }),
      ...(this.#missing.size === 0 || found !== 'missing_part' ? {} : { missingParts: [...this.#missing].join(', ') }),
      ...(this.#wrong.size === 0 ? {} : { wrongParts: [...this.#wrong].join(', ') }),
      ...(this.#score === undefined ? {} : { anomalyScore: Math.round(this.#score * 1000) / 1000 }),
      ...(this.product === undefined ? { productDetected: false } : { productTrack: this.product }),
    };
  }
}
