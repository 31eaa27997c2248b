import { occurrences } from '../incident.ts';
import type { ProductCamera } from '../line.ts';
import { Random } from '../../raster/index.ts';
import { DEFECTS, type DefectKind } from './bottle.ts';
import type { Flow } from './flow.ts';

/** A belt that never stops: bottle k crosses the middle near (k + 0.5) intervals after the start, except in gaps. */
export class SteadyFlow implements Flow {
  readonly #camera: ProductCamera;
  readonly #seed: readonly [number, string];
  readonly #period: number;
  readonly #interval: number;
  readonly #speed: number;

  /** `speed` in units per second; `period` in seconds, after which scripted faults repeat. */
  constructor(camera: ProductCamera, seed: readonly [number, string], period: number, speed: number) {
    this.#camera = camera;
    this.#seed = seed;
    this.#period = period;
    this.#interval = 60 / camera.bottlesPerMinute;
    this.#speed = speed;
  }

  near(seconds: number, reach: number): number[] {
    return this.crossing(seconds - reach / this.#speed, seconds + reach / this.#speed);
  }

  crossing(from: number, to: number): number[] {
    const first = Math.floor(from / this.#interval) - 1;
    const last = Math.ceil(to / this.#interval) + 1;
    const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    return this.#camera.gaps === undefined ? all : all.filter((k) => !this.#isMissing(k));
  }

  at(k: number, seconds: number): number {
    return this.#speed * (seconds - this.#crossing(k));
  }

  when(k: number, distance: number): number {
    return this.#crossing(k) + distance / this.#speed;
  }

  travelled(seconds: number): number {
    return this.#speed * seconds;
  }

  /** The bottle that comes into view nearest to a scripted moment carries its fault. */
  defect(k: number): DefectKind | undefined {
    const random = new Random(...this.#seed, 'fault', k);
    const enters = (k + 0.5) * this.#interval - this.#camera.secondsInView / 2;
    const { incidents, defectRate } = this.#camera;
    const half = this.#interval / 2;
    const scripted = occurrences(incidents, this.#period, enters - half, enters + half)[0];
    if (scripted) return scripted.declared.kind === 'any' ? random.pick(DEFECTS) : scripted.declared.kind;
    return random.chance(defectRate) ? random.pick(DEFECTS) : undefined;
  }

  /** Whether bottle k would cross in a gap. */
  #isMissing(k: number): boolean {
    const { gaps = [] } = this.#camera;
    const at = this.#crossing(k);
    const longest = Math.max(0, ...gaps.map(({ seconds }) => seconds));
    return occurrences(gaps, this.#period, at - longest, at).some((gap) => at < gap.at + gap.declared.seconds);
  }

  #crossing(k: number): number {
    return (k + 0.5 + new Random(...this.#seed, 'gap', k).between(-0.1, 0.1)) * this.#interval;
  }
}
