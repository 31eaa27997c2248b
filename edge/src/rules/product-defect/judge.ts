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
} from '../../domain/index.ts';
import type { Rule, RuleInput } from '../../pipeline/index.ts';
import { type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { type ProductDefectSpec, timingOf } from '../spec.ts';

/** Share of a defect's box that must lie on a product to be that product's. */
const ON_PRODUCT = 0.5;

/** One product passing by, known by its track, by the tracks of its defects, or both. */
class ProductCase implements Subject {
  readonly incident: IncidentState;
  readonly defects = new Set<number>();
  product: number | undefined;
  productSeenMs = Number.NEGATIVE_INFINITY;
  #most = 0;

  constructor(incident: IncidentState) {
    this.incident = incident;
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
      framesWithDefect: this.incident.sightings,
      mostDefects: this.#most,
      ...(this.product === undefined ? { productDetected: false } : { productTrack: this.product }),
    };
  }
}

/**
 * A product on which a defect is seen in at least `minSightings` frames of its subject: one event per product, open
 * until the product is gone. A defect on no known product makes an event of its own, so that a missed product box
 * loses nothing; when the product is detected later, the event goes on as that product's.
 */
export class ProductDefect implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #spec: ProductDefectSpec;
  readonly #labels: Readonly<Record<'product' | 'defect', readonly string[]>>;
  readonly #incidents: IncidentTracker<ProductCase>;

  constructor(spec: ProductDefectSpec) {
    this.id = spec.id;
    this.model = spec.model;
    this.#spec = spec;
    this.#labels = { product: spec.labels?.product ?? ['product'], defect: spec.labels?.defect ?? ['defect'] };
    this.colours = Object.fromEntries([
      ...this.#labels.product.map((label) => [label, 'good'] as const),
      ...this.#labels.defect.map((label) => [label, 'bad'] as const),
    ]);
    this.#incidents = new IncidentTracker({
      rule: spec.id,
      ruleType: spec.type,
      kind: 'quality_issue',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const outputs = this.#incidents.beginFrame(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return outputs;
    const products = tracks.filter((track) => this.#labels.product.includes(track.label));
    const defects = tracks.filter((track) => this.#labels.defect.includes(track.label));
    const present = new Set<ProductCase>();
    for (const [product, found] of groupByProduct(products, defects.filter(isDetected))) {
      if (!this.#isInZone(frame, product ?? found[0])) continue;
      const subject = this.#subject(product, found, products, present);
      present.add(subject);
      subject.see(found, product);
      const best = found.reduce((a, b) => (b.score > a.score ? b : a));
      outputs.push(...this.#incidents.observe(subject, frame.atMs, { condition: true, sighting: best }));
    }
    this.#keepPassing([...products, ...defects], present);
    outputs.push(...this.#incidents.expireUnseen(frame.atMs, present, 'object_lost'));
    return outputs;
  }

  expire(atMs: number): readonly RuleOutput[] {
    return this.#incidents.expire(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#incidents.close(atMs, reason);
  }

  #isInZone(frame: FrameRef, track: Track): boolean {
    return contains(this.#spec.zone ?? WHOLE_PICTURE, centreOf(track.box, frame));
  }

  #subject(
    product: Track | undefined,
    defects: Group,
    products: readonly Track[],
    present: ReadonlySet<ProductCase>,
  ): ProductCase {
    const candidates = [...this.#incidents.subjects].filter(
      (subject) => !present.has(subject) && isSame(subject, product, defects, products),
    );
    const open = candidates.find((subject) => subject.incident.isOpen);
    const own = candidates.find((subject) => product !== undefined && subject.product === product.id);
    return open ?? own ?? candidates[0] ?? this.#incidents.add(new ProductCase(this.#incidents.newIncident()));
  }

  /** A product without a visible defect in this frame is not yet gone, nor is one that was only just missed. */
  #keepPassing(tracks: readonly Track[], present: Set<ProductCase>): void {
    const live = new Map(tracks.map((track) => [track.id, track]));
    for (const subject of this.#incidents.subjects) {
      const product = subject.product === undefined ? undefined : live.get(subject.product);
      if (product !== undefined) subject.productSeenMs = product.lastSeenMs;
      if (product !== undefined || [...subject.defects].some((id) => live.has(id))) present.add(subject);
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
 * Whether a subject is that of this product, or these defects. A defect's track may jump to the next product, so it
 * speaks for another product only if that one appeared after the subject's own was last seen.
 */
function isSame(subject: ProductCase, product: Track | undefined, defects: Group, products: readonly Track[]): boolean {
  if (product !== undefined && subject.product === product.id) return true;
  if (!defects.some((defect) => subject.defects.has(defect.id))) return false;
  if (subject.product === undefined) return true;
  if (product !== undefined) return product.firstSeenMs > subject.productSeenMs;
  return !products.some((other) => other.id === subject.product && isDetected(other));
}

function isDetected(track: Track): boolean {
  return track.missed === 0;
}
