import {
  area,
  type Box,
  centreOf,
  type FrameRef,
  intersection,
  type RuleOutput,
  type Track,
} from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { type Details, type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';
import type { ProductDefectOptions } from './options.ts';

/** Fraction of a defect's box that must lie on a product for the defect to belong to it. */
const ON_PRODUCT = 0.5;
/** A product that stood still and vanished is waited for this long: it is more often missed or hidden than gone. */
const WAIT_MS = 5000;

/** One product on its way past the camera, known by its track, by the tracks of its defects, or both. */
class ProductCase implements Subject {
  readonly incident: IncidentState;
  readonly defects = new Set<number>();
  readonly place = new Place();
  product: number | undefined;
  productSeenMs = Number.NEGATIVE_INFINITY;
  #most = 0;

  constructor(incident: IncidentState) {
    this.incident = incident;
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
    if (isDetected(product)) this.place.see(product.box, product.lastSeenMs);
  }

  details(): Details {
    return {
      framesWithDefect: this.incident.sightings,
      mostDefects: this.#most,
      ...(this.product === undefined ? { productDetected: false } : { productTrack: this.product }),
    };
  }
}

/**
 * One event per product, open until the product is gone. A defect that lies on no known product makes an event of its own,
 * so that nothing is lost when a product is not detected. When the product is detected later, the event continues as that
 * product's. A product that stood still and whose track was lost is the one that is detected at its place again.
 */
export class ProductDefectJudge implements Judge {
  readonly incidents: IncidentTracker<ProductCase>;
  readonly #setup: JudgeSetup<ProductDefectOptions>;

  constructor(setup: JudgeSetup<ProductDefectOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { options, hysteresis, occluders } = this.#setup;
    const { labels, productLabels } = options;
    const products = tracks.filter((track) => productLabels.includes(track.label));
    const defects = tracks.filter((track) => labels.includes(track.label));
    const outputs: RuleOutput[] = [];
    const present = new Set<ProductCase>();
    this.#findAgain(products);
    for (const [product, group] of groupByProduct(products, defects.filter(isDetected))) {
      const known = this.#caseOf(product, group, products, present);
      const { box } = product ?? group[0];
      const isOpen = known?.incident.isOpen === true;
      if (!hysteresis.isInZone(centreOf(box, frame), box, frame, isOpen)) continue;
      if (!group.some(({ score }) => hysteresis.hasScore(score, isOpen))) continue;
      const subject = known ?? this.incidents.add(new ProductCase(this.incidents.newIncident()));
      present.add(subject);
      subject.observe(group, product);
      const best = group.reduce((a, b) => (b.score > a.score ? b : a));
      outputs.push(...this.incidents.observe(subject, frame.atMs, { condition: true, sighting: best }));
    }
    this.#keepPresent(frame.atMs, [...products, ...defects], present);
    const isHidden = ({ place, productSeenMs }: ProductCase): boolean =>
      place.isStill &&
      place.box !== undefined &&
      (occluders.hides(place, place.box) || frame.atMs - productSeenMs <= WAIT_MS);
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, present, 'object_lost', isHidden)];
  }

  /** Products whose track was lost while they stood still, and that are detected again. */
  #findAgain(products: readonly Track[]): void {
    const ids = new Set(products.map(({ id }) => id));
    const known = new Set([...this.incidents.subjects].map(({ product }) => product));
    for (const subject of this.incidents.subjects) {
      if (!subject.incident.isActive || subject.product === undefined || ids.has(subject.product)) continue;
      const again = products.find((product) => !known.has(product.id) && subject.place.isAt(product.box));
      if (again === undefined) continue;
      known.add(again.id);
      subject.see(again);
    }
  }

  #caseOf(
    product: Track | undefined,
    defects: Group,
    products: readonly Track[],
    present: ReadonlySet<ProductCase>,
  ): ProductCase | undefined {
    const candidates = [...this.incidents.subjects].filter(
      (subject) => !present.has(subject) && isSame(subject, product, defects, products),
    );
    const open = candidates.find((subject) => subject.incident.isOpen);
    const own = candidates.find((subject) => product !== undefined && subject.product === product.id);
    return open ?? own ?? candidates[0];
  }

  /** A product without a visible defect in this frame is not gone, and neither is one that was missed only now. */
  #keepPresent(atMs: number, tracks: readonly Track[], present: Set<ProductCase>): void {
    const live = new Map(tracks.map((track) => [track.id, track]));
    for (const subject of this.incidents.subjects) {
      const product = subject.product === undefined ? undefined : live.get(subject.product);
      if (product !== undefined) subject.see(product);
      if (product === undefined && ![...subject.defects].some((id) => live.has(id))) continue;
      present.add(subject);
      subject.incident.stay(atMs);
    }
  }
}

type Group = readonly [Track, ...Track[]];

/** Defects by the product on which they lie. Each defect on no product is a group of its own. */
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
    // Of two with equal overlap, the one that is detected in this frame.
    if (shared < most || (shared === most && best?.missed === 0)) continue;
    best = product;
    most = shared;
  }
  return best;
}

/**
 * Whether a case is that of this product or of these defects. The track of a defect can jump to the next product, so it
 * identifies the case of another product only if that product appeared after the case's own product was last seen.
 */
function isSame(subject: ProductCase, product: Track | undefined, defects: Group, products: readonly Track[]): boolean {
  if (product !== undefined && subject.product === product.id) return true;
  if (product === undefined && isOnPlaceOf(subject, defects, products)) return true;
  if (!defects.some((defect) => subject.defects.has(defect.id))) return false;
  if (subject.product === undefined) return true;
  if (product !== undefined) return product.firstSeenMs > subject.productSeenMs;
  return !products.some((other) => other.id === subject.product && isDetected(other));
}

/** Whether defects on no known product lie where the case's product stood still when it was lost. */
function isOnPlaceOf({ incident, place, product }: ProductCase, defects: Group, products: readonly Track[]): boolean {
  const { box, isStill } = place;
  if (!incident.isActive || !isStill || box === undefined || products.some(({ id }) => id === product)) return false;
  return defects.some((defect) => intersection(box, defect.box) >= ON_PRODUCT * area(defect.box));
}

function isDetected(track: Track): boolean {
  return track.missed === 0;
}
