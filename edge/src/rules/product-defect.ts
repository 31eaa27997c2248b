import {
  area,
  type Box,
  centreOf,
  contains,
  type FrameRef,
  intersection,
  type RuleOutput,
  type Track,
  WHOLE_PICTURE,
} from '../domain/index.ts';
import type { Rule, RuleInput } from '../pipeline/index.ts';
import type { Case } from './case.ts';
import { Casebook, type Subject } from './casebook.ts';
import { type ProductDefectSpec, timingOf } from './spec.ts';

/** Share of a defect's box that must lie on a product to be that product's. */
const ON_PRODUCT = 0.5;

/** One product passing by, known by its track, by the tracks of its defects, or both. */
class Passage implements Subject {
  readonly case: Case;
  readonly defects = new Set<number>();
  product: number | undefined;
  productSeenMs = Number.NEGATIVE_INFINITY;
  #most = 0;

  constructor(of: Case) {
    this.case = of;
  }

  see(defects: readonly Track[], product: Track | undefined): void {
    for (const defect of defects) this.defects.add(defect.id);
    this.#most = Math.max(this.#most, defects.length);
    if (product === undefined) return;
    this.product = product.id;
    this.productSeenMs = product.lastSeenMs;
  }

  details(): NonNullable<RuleOutput['details']> {
    return {
      framesWithDefect: this.case.sightings,
      mostDefects: this.#most,
      ...(this.product === undefined ? { productDetected: false } : { productTrack: this.product }),
    };
  }
}

/**
 * A product on which a defect is seen in at least `minSightings` frames of its passage: one event per product, open
 * until the product is gone. A defect on no known product makes an event of its own, so that a missed product box
 * loses nothing; when the product is detected later, the event goes on as that product's.
 */
export class ProductDefect implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #spec: ProductDefectSpec;
  readonly #labels: Readonly<Record<'product' | 'defect', readonly string[]>>;
  readonly #book: Casebook<Passage>;

  constructor(spec: ProductDefectSpec) {
    this.id = spec.id;
    this.model = spec.model;
    this.#spec = spec;
    this.#labels = { product: spec.labels?.product ?? ['product'], defect: spec.labels?.defect ?? ['defect'] };
    this.colours = Object.fromEntries([
      ...this.#labels.product.map((label) => [label, 'good'] as const),
      ...this.#labels.defect.map((label) => [label, 'bad'] as const),
    ]);
    this.#book = new Casebook({
      rule: spec.id,
      kind: 'quality_issue',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const said = this.#book.arrive(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return said;
    const products = tracks.filter((track) => this.#labels.product.includes(track.label));
    const defects = tracks.filter((track) => this.#labels.defect.includes(track.label));
    const present = new Set<Passage>();
    for (const [product, found] of groupByProduct(products, defects.filter(isDetected))) {
      if (!this.#isInZone(frame, product ?? found[0])) continue;
      const passage = this.#passage(product, found, products, present);
      present.add(passage);
      passage.see(found, product);
      const worst = found.reduce((a, b) => (b.score > a.score ? b : a));
      said.push(...passage.case.holds(frame.atMs, worst, () => passage.details()));
    }
    this.#keepPassing([...products, ...defects], present);
    said.push(...this.#book.sweep(frame.atMs, present, 'object_lost'));
    return said;
  }

  lapse(atMs: number): readonly RuleOutput[] {
    return this.#book.lapse(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#book.close(atMs, reason);
  }

  #isInZone(frame: FrameRef, track: Track): boolean {
    return contains(this.#spec.zone ?? WHOLE_PICTURE, centreOf(track.box, frame));
  }

  #passage(
    product: Track | undefined,
    defects: Group,
    products: readonly Track[],
    present: ReadonlySet<Passage>,
  ): Passage {
    const candidates = [...this.#book.subjects].filter(
      (passage) => !present.has(passage) && isSame(passage, product, defects, products),
    );
    const open = candidates.find((passage) => passage.case.isOpen);
    const own = candidates.find((passage) => product !== undefined && passage.product === product.id);
    return open ?? own ?? candidates[0] ?? this.#book.add(new Passage(this.#book.newCase()));
  }

  /** A product without a visible defect in this frame is not yet gone, nor is one that was only just missed. */
  #keepPassing(tracks: readonly Track[], present: Set<Passage>): void {
    const live = new Map(tracks.map((track) => [track.id, track]));
    for (const passage of this.#book.subjects) {
      const product = passage.product === undefined ? undefined : live.get(passage.product);
      if (product !== undefined) passage.productSeenMs = product.lastSeenMs;
      if (product !== undefined || [...passage.defects].some((id) => live.has(id))) present.add(passage);
    }
  }
}

type Group = readonly [Track, ...Track[]];

/** Defects by the product they lie on; each that lies on none is a group of its own. */
function groupByProduct(products: readonly Track[], defects: readonly Track[]): [Track | undefined, Group][] {
  const groups = new Map<Track, [Track, ...Track[]]>();
  const lone: [undefined, Group][] = [];
  for (const defect of defects) {
    const product = productUnder(products, defect.box);
    const group = product === undefined ? undefined : groups.get(product);
    if (product === undefined) lone.push([undefined, [defect]]);
    else if (group === undefined) groups.set(product, [defect]);
    else group.push(defect);
  }
  return [...groups, ...lone];
}

function productUnder(products: readonly Track[], defect: Box): Track | undefined {
  let best: Track | undefined;
  let most = ON_PRODUCT * area(defect);
  for (const product of products) {
    const shared = intersection(product.box, defect);
    // Of two that hold it equally, the one detected in this frame.
    if (shared < most || (shared === most && best?.missed === 0)) continue;
    best = product;
    most = shared;
  }
  return best;
}

/**
 * Whether a passage is that of this product, or these defects. A defect's track may jump to the next product, so it
 * speaks for another product only if that one appeared after the passage's own was last seen.
 */
function isSame(passage: Passage, product: Track | undefined, defects: Group, products: readonly Track[]): boolean {
  if (product !== undefined && passage.product === product.id) return true;
  if (!defects.some((defect) => passage.defects.has(defect.id))) return false;
  if (passage.product === undefined) return true;
  if (product !== undefined) return product.firstSeenMs > passage.productSeenMs;
  return !products.some((other) => other.id === passage.product && isDetected(other));
}

function isDetected(track: Track): boolean {
  return track.missed === 0;
}
