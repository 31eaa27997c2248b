import { type Incident, occurrences, overlaps } from '../incident.ts';
import type { Line, ProductCamera } from '../line.ts';
import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { type Mount, mountFor, UNITS } from '../view.ts';
import { type Bottle, DEFECTS, type DefectKind, makeBottle } from './bottle.ts';
import { drawProductHall, type ProductHall, productHall } from './hall.ts';
import { paintBottles } from './play.ts';

/** Widest half bottle; the time in view is counted for it. */
const WIDEST = 42;
const KEPT = 64;

/** Bottles on a belt. Bottle k crosses the middle of the picture near (k + 0.5) intervals after the start. */
export class ProductScene implements Play {
  readonly mount: Mount;
  readonly #camera: ProductCamera;
  readonly #seed: readonly [number, string];
  readonly #period: number;
  readonly #hall: ProductHall;
  readonly #interval: number;
  /** Units per second. */
  readonly #speed: number;
  readonly #made = new Map<number, Bottle>();

  constructor(line: Line, camera: ProductCamera) {
    const random = new Random('scene', line.seed, camera.id);
    this.#camera = camera;
    this.#seed = [line.seed, camera.id];
    this.#period = line.periodSeconds;
    this.mount = mountFor(random, 'line');
    this.#hall = productHall(random, 'line');
    this.#interval = 60 / camera.bottlesPerMinute;
    this.#speed = (UNITS.width + 2 * WIDEST) / camera.secondsInView;
  }

  backdrop(canvas: Canvas): void {
    drawProductHall(canvas, this.#hall);
  }

  subjects(canvas: Canvas, seconds: number): void {
    const reach = (UNITS.width / 2 + 2 * WIDEST) / this.#speed;
    const standing = [];
    for (const k of this.#between(seconds - reach, seconds + reach)) {
      const x = UNITS.width / 2 + this.#speed * (seconds - this.#crossing(k));
      standing.push({ bottle: this.#bottle(k), x, scale: 1 });
    }
    paintBottles(canvas, this.#hall, standing, this.#speed * seconds);
  }

  incidents(from: number, to: number): Incident[] {
    const reach = this.#camera.secondsInView;
    const found: Incident[] = [];
    for (const k of this.#between(from - reach, to + reach)) {
      const kind = this.#defect(k);
      if (!kind) continue;
      const bottle = this.#bottle(k);
      const middle = this.#crossing(k);
      const outer = (UNITS.width / 2 + bottle.half) / this.#speed;
      const inner = (UNITS.width / 2 - bottle.half) / this.#speed;
      if (middle + outer <= 0) continue;
      found.push({
        camera: this.#camera.id,
        kind: 'quality_issue',
        label: 'defect',
        detail: kind,
        objectId: bottle.objectId,
        startSeconds: Math.max(0, middle - outer),
        endSeconds: middle + outer,
        inspectableFrom: Math.max(0, middle - inner),
        inspectableTo: middle + inner,
      });
    }
    return found.filter((incident) => overlaps(incident, from, to));
  }

  /** Numbers of the bottles that may cross the middle in the given time. */
  #between(from: number, to: number): number[] {
    const first = Math.floor(from / this.#interval) - 1;
    const last = Math.ceil(to / this.#interval) + 1;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }

  #crossing(k: number): number {
    return (k + 0.5 + new Random(...this.#seed, 'gap', k).between(-0.1, 0.1)) * this.#interval;
  }

  /** The bottle that comes into view nearest to a scripted moment carries its fault. */
  #defect(k: number): DefectKind | undefined {
    const random = new Random(...this.#seed, 'fault', k);
    const enters = (k + 0.5) * this.#interval - this.#camera.secondsInView / 2;
    const { incidents, defectRate } = this.#camera;
    const half = this.#interval / 2;
    const scripted = occurrences(incidents, this.#period, enters - half, enters + half)[0];
    if (scripted) return scripted.declared.kind === 'any' ? random.pick(DEFECTS) : scripted.declared.kind;
    return random.chance(defectRate) ? random.pick(DEFECTS) : undefined;
  }

  #bottle(k: number): Bottle {
    const known = this.#made.get(k);
    if (known) return known;
    if (this.#made.size >= KEPT) this.#made.clear();
    const bottle = makeBottle(new Random(...this.#seed, 'bottle', k), `bottle-${k}`, this.#defect(k));
    this.#made.set(k, bottle);
    return bottle;
  }
}
