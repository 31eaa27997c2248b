import { centreOf, type FrameRef, type PieceVerdict, type RuleOutput, type Track } from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { type Sighting, IncidentTracker } from '../incidents/index.ts';
import { AnomalyReadings } from './anomaly-readings.ts';
import { type Group, groupByProduct, isDetected, isSame } from './grouping.ts';
import type { ProductDefectOptions } from './options.ts';
import { isInView, labelsOf, partsOf } from './parts.ts';
import { ProductCase } from './product-case.ts';

/** A product that stood still and vanished is waited for this long: it is more often missed or hidden than gone. */
const WAIT_MS = 5000;
/** What the clear limit is without an option, as a fraction of the limit. */
const CLEAR_LIMIT = 0.8;

/**
 * One event per product, open until the product is gone, whatever is wrong with it. The frames that can judge a product
 * vote: a detected defect, a part that is missing or wrong, a score of an anomaly model. A defect that lies on no known
 * product makes an event of its own, so that nothing is lost when a product is not detected. When the product is detected
 * later, the event continues as that product's. A product that stood still and whose track was lost is the one that is
 * detected at its place again.
 */
export class ProductDefectJudge implements Judge {
  readonly incidents: IncidentTracker<ProductCase>;
  readonly #setup: JudgeSetup<ProductDefectOptions>;
  readonly #anomalies: AnomalyReadings | undefined;
  readonly #limit: number | undefined;
  readonly #loneSightings: number;

  constructor(setup: JudgeSetup<ProductDefectOptions>) {
    const { anomalyModel, anomalyLimit, model, productLabels, minSightings, minLoneSightings } = setup.options;
    const known = setup.place.labelsOf?.(model);
    // Where the model knows no product, every defect lies on none.
    const hasProducts = known === undefined || productLabels.some((label) => known.includes(label));
    this.#loneSightings = hasProducts ? minLoneSightings : minSightings;
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
    this.#anomalies = anomalyModel === undefined ? undefined : new AnomalyReadings(anomalyModel);
    this.#limit = anomalyLimit ?? (anomalyModel === undefined ? undefined : setup.place.anomalyLimit?.(anomalyModel));
  }

  judge(frame: FrameRef, tracks: readonly Track[], others: readonly OtherTracks[]): RuleOutput[] {
    const { options, occluders } = this.#setup;
    const products = tracks.filter((track) => options.productLabels.includes(track.label));
    const defects = tracks.filter((track) => options.labels.includes(track.label));
    const present = new Set<ProductCase>();
    const sightings = new Map<ProductCase, Sighting>();
    this.#findAgain(products);
    for (const [product, group] of groupByProduct(products, defects.filter(isDetected))) {
      this.#seeDefects(frame, { product, group, products }, { present, sightings });
    }
    for (const product of products.filter(isDetected)) this.#judgeProduct(frame, product, tracks, sightings);
    this.#readAnomalies(frame, products, others, sightings);
    this.#keepPresent(frame.atMs, [...products, ...defects], present);
    const outputs = [...sightings].flatMap(([subject, sighting]) => this.#decide(frame.atMs, subject, sighting));
    const isHidden = ({ place, productSeenMs }: ProductCase): boolean =>
      place.isStill &&
      place.box !== undefined &&
      (occluders.hides(place, place.box) || frame.atMs - productSeenMs <= WAIT_MS);
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, present, 'object_lost', isHidden)];
  }

  /** A product with an open event is bad; one that enough frames could judge, without a majority against it, is good. */
  verdictOf(track: number): PieceVerdict | undefined {
    const subject = this.#caseOfProduct(track);
    if (subject === undefined) return undefined;
    if (subject.incident.isOpen) return { result: 'nok', reason: subject.found };
    const isJudged = subject.judgedFrames >= this.#setup.options.minSightings;
    return isJudged ? { result: 'ok', reason: 'none' } : { result: 'no_result', reason: 'too_few_frames' };
  }

  /** Defects on one product, or one on none. */
  #seeDefects(
    frame: FrameRef,
    { product, group, products }: { product: Track | undefined; group: Group; products: readonly Track[] },
    { present, sightings }: { present: Set<ProductCase>; sightings: Map<ProductCase, Sighting> },
  ): void {
    const known = this.#caseOf(product, group, products, present);
    const isOpen = known?.incident.isOpen === true;
    if (!this.#isInZone(frame, product ?? group[0], isOpen) || !group.some((one) => this.#counts(one, isOpen))) return;
    const subject = known ?? this.#newCase();
    present.add(subject);
    subject.observe(group, product);
    sightings.set(
      subject,
      group.reduce((a, b) => (b.score > a.score ? b : a)),
    );
    // A product's frames vote below, those without a defect too.
    if (product === undefined || !isDetected(product)) subject.vote('defect', frame.atMs, true);
  }

  /** A faint detection keeps an event open, and opens none. */
  #counts({ score, weak }: Track, isOpen: boolean): boolean {
    return this.#setup.hysteresis.hasScore(score, isOpen) && (isOpen || weak !== true);
  }

  /** One frame in which a product is detected: whether it shows a defect, and whether its parts are there. */
  #judgeProduct(
    frame: FrameRef,
    product: Track,
    tracks: readonly Track[],
    sightings: Map<ProductCase, Sighting>,
  ): void {
    const { parts } = this.#setup.options;
    const subject = this.#caseOfProduct(product.id) ?? this.#newCase();
    subject.see(product);
    const isOpen = subject.incident.isOpen;
    if (!this.#isInZone(frame, product, isOpen)) return;
    subject.vote('defect', frame.atMs, sightings.has(subject));
    if (parts.length === 0 || !isInView(product.box, frame)) return;
    const known = parts.flatMap((part) => [...labelsOf(part), ...(part.wrong ?? [])]);
    const detected = tracks.filter((track) => isDetected(track) && known.includes(track.label));
    const { missing, wrong } = partsOf(product, detected, parts);
    subject.vote('missing_part', frame.atMs, missing.length > 0);
    subject.vote('wrong_part', frame.atMs, wrong.length > 0);
    subject.lacks(missing);
    subject.hasWrong(wrong.map(({ label }) => label));
    const [first] = wrong;
    if (sightings.has(subject)) return;
    if (first !== undefined) sightings.set(subject, first);
    else if (missing[0] !== undefined) sightings.set(subject, { ...product, label: `no_${missing[0]}` });
  }

  #readAnomalies(
    frame: FrameRef,
    products: readonly Track[],
    others: readonly OtherTracks[],
    sightings: Map<ProductCase, Sighting>,
  ): void {
    const limit = this.#limit;
    if (this.#anomalies === undefined || limit === undefined) return;
    const clear = Math.min(limit, this.#setup.options.anomalyClearLimit ?? CLEAR_LIMIT * limit);
    for (const { product: id, atMs, score } of this.#anomalies.read(frame, products, others)) {
      const subject = this.#caseOfProduct(id);
      const box = subject?.place.box;
      if (subject === undefined || box === undefined) continue;
      const isOpen = subject.incident.isOpen;
      if (!this.#setup.hysteresis.isInZone(centreOf(box, frame), box, frame, isOpen)) continue;
      const against = score >= (isOpen ? clear : limit);
      subject.scored(score);
      subject.vote('anomaly', atMs, against);
      if (!against || sightings.has(subject)) continue;
      // Half of the scale is the limit.
      sightings.set(subject, { label: 'anomaly', score: Math.min(1, (0.5 * score) / limit), box });
    }
  }

  #decide(atMs: number, subject: ProductCase, sighting: Sighting): RuleOutput[] {
    const { minSightings, minFraction, minDuration } = this.#setup.options;
    const majority = {
      sightings: subject.product === undefined ? this.#loneSightings : minSightings,
      fraction: minFraction,
      durationMs: minDuration.ms,
    };
    if (!subject.incident.isOpen && !subject.isProven(majority)) return [];
    return this.incidents.observe(subject, atMs, { condition: true, sighting });
  }

  #newCase(): ProductCase {
    return this.incidents.add(new ProductCase(this.incidents.newIncident(), this.#setup.options.voteWindow.ms));
  }

  #isInZone(frame: FrameRef, { box }: Track, isOpen: boolean): boolean {
    return this.#setup.hysteresis.isInZone(centreOf(box, frame), box, frame, isOpen);
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

  /** The case of a product; of two, the one that is open: its defect was seen before the product. */
  #caseOfProduct(id: number): ProductCase | undefined {
    const own = [...this.incidents.subjects].filter(({ product }) => product === id);
    return own.find(({ incident }) => incident.isOpen) ?? own[0];
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
