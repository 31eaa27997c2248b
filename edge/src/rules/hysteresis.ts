import { area, type Box, distanceTo, type PictureSize, type Point, type Zone } from '../domain/index.ts';

export interface HysteresisOptions {
  readonly zone: Zone;
  /** Fraction of the object's size. */
  readonly zoneMargin: number;
  readonly minScore: number;
  readonly clearScore: number;
}

/**
 * Thresholds of which more is required to open an incident than to keep it open, so that an object at the edge of the
 * zone, or with a score close to the threshold, makes one incident.
 */
export class Hysteresis {
  readonly #options: HysteresisOptions;

  constructor(options: HysteresisOptions) {
    this.#options = options;
  }

  hasScore(score: number, isOpen: boolean): boolean {
    return score >= (isOpen ? this.#options.clearScore : this.#options.minScore);
  }

  /** Whether the point at which an object stands is in the zone; while its incident is open, also close beside it. */
  isInZone(point: Point, box: Box, picture: PictureSize, isOpen: boolean): boolean {
    const { zone, zoneMargin } = this.#options;
    const margin = isOpen ? zoneMargin * Math.sqrt(Math.max(0, area(box))) : 0;
    const distance = distanceTo(zone, point, picture);
    return distance === 0 || distance < margin;
  }

  /**
   * Whether an object lies in the zone with the required fraction of its box. While its incident is open, the fraction
   * may be lower by the margin, but not by more than half.
   */
  hasFraction(fraction: number, required: number, isOpen: boolean): boolean {
    const margin = isOpen ? Math.min(this.#options.zoneMargin, required / 2) : 0;
    return fraction >= required - margin;
  }
}
