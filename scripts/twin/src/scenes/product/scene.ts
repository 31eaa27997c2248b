import { type Incident, occurrences, overlaps } from '../incident.ts';
import type { Line, ProductCamera } from '../line.ts';
import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import type { TruthEvent } from '../truth.ts';
import { type Mount, mountFor, UNITS } from '../view.ts';
import { type PackPrint, type PrintFault, PRINT_FAULTS, PrintRun, verdictOf } from '../../printing/index.ts';
import { productFlow, speedOf, WIDEST } from './belt.ts';
import { type Bottle, makeBottle, nextOfProduct, printedProduct } from './bottle.ts';
import { drawHand, type Hand, handAt, HAND_REACH } from './draw-hand.ts';
import type { Flow } from './flow.ts';
import { drawProductHall, type ProductHall, productHall } from './hall.ts';
import { paintBottles } from './play.ts';

const KEPT = 64;
/** Hands that began earlier than this are gone. */
const LONGEST_HAND = 30;

/** Bottles on a belt. Bottle k crosses the middle of the picture near (k + 0.5) intervals after the start. */
export class ProductScene implements Play {
  readonly mount: Mount;
  readonly #camera: ProductCamera;
  readonly #seed: readonly [number, string];
  readonly #period: number;
  readonly #hall: ProductHall;
  readonly #flow: Flow;
  readonly #made = new Map<number, Bottle>();
  readonly #prints: PrintRun | undefined;
  readonly #speed: number;

  constructor(line: Line, camera: ProductCamera) {
    const random = new Random('scene', line.seed, camera.id);
    this.#camera = camera;
    this.#seed = [line.seed, camera.id];
    this.#period = line.periodSeconds;
    this.mount = mountFor(random, 'line');
    this.#hall = productHall(random, 'line');
    this.#speed = speedOf(camera);
    this.#prints = camera.prints && new PrintRun(camera.prints, this.#seed);
    this.#flow = productFlow(line, camera);
  }

  /** How far what moves is smeared while the shutter is open, in units. */
  get smear(): number {
    return (this.#speed * (this.#camera.prints?.exposureMs ?? 0)) / 1000;
  }

  backdrop(canvas: Canvas): void {
    drawProductHall(canvas, this.#hall);
  }

  subjects(canvas: Canvas, seconds: number): void {
    const reach = UNITS.width / 2 + 2 * WIDEST;
    const standing = [];
    for (const k of this.#flow.near(seconds, reach)) {
      const x = UNITS.width / 2 + this.#flow.at(k, seconds);
      standing.push({ bottle: this.#bottle(k), x, scale: 1 });
    }
    paintBottles(canvas, this.#hall, standing, this.#flow.travelled(seconds));
    for (const hand of this.#hands(seconds)) drawHand(canvas, hand, this.#hall.foot);
  }

  incidents(from: number, to: number): Incident[] {
    const reach = this.#camera.secondsInView;
    const found: Incident[] = [];
    for (const k of this.#flow.crossing(from - reach, to + reach)) {
      const kind = this.#flow.defect(k);
      if (!kind) continue;
      const bottle = this.#bottle(k);
      const [outer, inner] = [UNITS.width / 2 + bottle.half, UNITS.width / 2 - bottle.half];
      const at = (distance: number): number => this.#flow.when(k, distance);
      if (at(outer) <= 0) continue;
      found.push({
        camera: this.#camera.id,
        kind: 'quality_issue',
        label: 'defect',
        detail: kind,
        objectId: bottle.objectId,
        startSeconds: Math.max(0, at(-outer)),
        endSeconds: at(outer),
        inspectableFrom: Math.max(0, at(-inner)),
        inspectableTo: at(inner),
      });
    }
    return found.filter((incident) => overlaps(incident, from, to));
  }

  #hands(seconds: number): Hand[] {
    return this.#handTimes(seconds, seconds).flatMap((one) =>
      handAt(new Random(...this.#seed, 'hand', one.key), one, seconds),
    );
  }

  /** Hands that may reach in at some time in [from, to]: scripted ones, and at random. */
  #handTimes(since: number, until: number): { key: string; from: number; to: number }[] {
    const { hands = [], handsPerMinute = 0 } = this.#camera;
    const scripted = occurrences(hands, this.#period, since - LONGEST_HAND, until + HAND_REACH).map((one) => ({
      key: one.key,
      from: one.at,
      to: one.at + one.declared.seconds,
    }));
    const random = [];
    if (handsPerMinute > 0) {
      const gap = 60 / handsPerMinute;
      for (let n = Math.max(0, Math.floor((since - LONGEST_HAND) / gap)); n * gap <= until + HAND_REACH; n += 1) {
        const draw = new Random(...this.#seed, 'hand-time', n);
        const from = (n + draw.next() * 0.7) * gap;
        random.push({ key: `r${n}`, from, to: from + draw.between(1, 4) });
      }
    }
    return [...scripted, ...random];
  }

  /** Each product's passage of the middle of the picture, and hands. */
  events(from: number, to: number): TruthEvent[] {
    const camera = this.#camera.id;
    const passages = this.#flow.crossing(Math.max(0, from), to).flatMap((k): TruthEvent[] => {
      const at = this.#flow.when(k, 0);
      const print = this.#print(k);
      const attributes = {
        defect: this.#flow.defect(k) ?? 'none',
        ...(print && { verdict: verdictOf(print), printFault: print.fault ?? 'none', code: print.code }),
      };
      return at < from || at >= to
        ? []
        : [
            {
              kind: 'passage',
              camera,
              subject: `bottle-${k}`,
              start: at,
              end: at,
              attributes,
            },
          ];
    });
    const hands = this.#handTimes(from, to).map(
      (one): TruthEvent => ({
        kind: 'hand',
        camera,
        subject: `hand-${one.key}`,
        start: one.from,
        end: one.to,
        attributes: {},
      }),
    );
    return [...passages, ...hands];
  }

  #bottle(k: number): Bottle {
    const known = this.#made.get(k);
    if (known) return known;
    if (this.#made.size >= KEPT) this.#made.clear();
    const random = new Random(...this.#seed, 'bottle', k);
    const [id, defect] = [`bottle-${k}`, this.#flow.defect(k)];
    const print = this.#print(k);
    const bottle =
      print !== undefined
        ? this.#printed(nextOfProduct(this.#printedProduct(), random, id, defect), print)
        : this.#camera.product === 'one'
          ? nextOfProduct(this.#product(), random, id, defect)
          : makeBottle(random, id, defect);
    this.#made.set(k, bottle);
    return bottle;
  }

  /** What all bottles look like where they are one product; with a label, so that it can be torn. */
  #product(): Bottle {
    return makeBottle(new Random(...this.#seed, 'product'), 'product', 'torn_label');
  }

  #printedProduct(): Bottle {
    return printedProduct(new Random(...this.#seed, 'product'), this.#camera.packs ?? 'bottles');
  }

  #printed(bottle: Bottle, pack: PackPrint): Bottle {
    const { symbol = 'gs1datamatrix', glare = 0 } = this.#camera.prints ?? {};
    const label = pack.fault === 'missing_label' ? undefined : bottle.label;
    return { ...bottle, label, print: { pack, symbol, glare } };
  }

  /** What is printed on pack k; undefined where nothing is printed on this camera's packs. */
  #print(k: number): PackPrint | undefined {
    const planned = this.#flow.label?.(k);
    if (planned === undefined) return this.#prints?.print(k, { fault: this.#scriptedPrint(k) });
    const { label, fault } = planned;
    const [day = '', month = '', year = ''] = label.expectedBestBefore.split('.');
    return this.#prints?.print(k, {
      product: label.expectedCode.slice(0, 12),
      bestBefore: `20${year}-${month}-${day}`,
      lot: label.lot,
      fault: PRINT_FAULTS.find((one) => one === fault) ?? 'none',
    });
  }

  /** The pack that comes into view nearest to a scripted moment carries its fault. */
  #scriptedPrint(k: number): PrintFault | undefined {
    const { bottlesPerMinute, secondsInView, prints } = this.#camera;
    // Without the unevenness of the gaps, so that each moment belongs to exactly one pack.
    const half = 30 / bottlesPerMinute;
    const enters = (2 * k + 1) * half - secondsInView / 2;
    const script = prints?.incidents ?? [];
    return occurrences(script, this.#period, enters - half, enters + half)[0]?.declared.kind;
  }
}
