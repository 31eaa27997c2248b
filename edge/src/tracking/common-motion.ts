import type { Detection, PictureSize } from '../domain/index.ts';
import { type BoxMotion, sizeOf } from './box-motion.ts';
import { costOf, MOST, nearestTo, type Places, placesOf, type Scene, type Shift, shiftBetween } from './shift-cost.ts';

/** Speeds in pixels per second. */
export type Velocity = readonly [vx: number, vy: number];

/** Movement from frame to frame and distance between neighbours, in pixels, and the time between the frames. */
export interface Pace {
  readonly movement: number;
  readonly spacing: number;
  readonly stepMs: number;
}

/** One assumption about how the row moves, with its mean cost over the frames of the recent past. */
interface Hypothesis {
  velocity: Velocity;
  /** Distances in sizes that it leaves unexplained, and the pairs of objects and the frames behind that; old ones count less. */
  sum: number;
  pairs: number;
  frames: number;
}

/** Weight that a frame keeps from one frame to the next. */
const MEMORY = 0.92;
/** Steps that are less than this many sizes apart are one hypothesis. */
const SAME = 0.35;
/** Cost in sizes above which nothing moves in common. */
const POOR = 0.13;
/** How much cheaper another speed must be, in sizes. */
const MARGIN = 0.03;
/** Cost of a step of one size: where two speeds explain the frames equally well, the slower one is more likely. */
const COST_OF_SPEED = 0.02;
/** Cost in sizes of a speed of which nothing is known, and the pairs of objects that this assumption weighs as much as. */
const PRIOR = 0.2;
const PRIOR_PAIRS = 8;
/** Slower than so many sizes from frame to frame, boxes overlap and need no common speed. */
const FAR = 0.4;
/** Fewer objects are no row. */
const ROW = 3;
/** How much nearer to detections a speed must lead the tracks that have another one, in sizes. */
const GAIN = 0.02;
/** Frames in a row in which another speed must be better. */
const DOUBTS = 4;
/** A speed is believed when this much weight is behind it, and another one when it has as much. */
const BELIEVED = 1.8;
const MOST_HYPOTHESES = 24;
/** Objects at whose expense a hypothesis is made in each frame. */
const REFERENCES = 2;
/** A hypothesis follows what fits the newest frame best by this fraction. */
const FOLLOW = 0.5;
/** Frames whose spacing is kept, and how many it takes to know it. */
const SPACINGS_KEPT = 25;
const SPACINGS_LEAST = 10;
/** Where no products were in the frame for longer, nothing is known of their pace. */
const PACE_MS = 10_000;
/** Two frames further apart say nothing about motion. */
const PAUSE_S = 2;

/**
 * How the objects of one label move in common, as products on a conveyor do, from where they are in two frames and
 * before any of them is identified.
 *
 * A row of equal objects that moves by 0.8 of its spacing looks much like one that moves back by 0.2. Each speed that
 * leads from an object of one frame to one of the next is a hypothesis; the true one explains frame after frame to the
 * noise of the boxes, the others only as well as the products are evenly spaced. Evenly spaced products can't be distinguished
 * from the next ones by their places, and then the slower speed is taken.
 */
export class CommonMotion {
  readonly #hypotheses: Hypothesis[] = [];
  #current: Hypothesis | undefined;
  #before: { readonly places: Places; readonly mediaMs: number } | undefined;
  readonly #spacings: number[] = [];
  readonly #stepsMs: number[] = [];
  #measuredMs = 0;
  #size = 0;
  #seconds = 0;
  #doubts = 0;

  /** The common speed; undefined where there is none that is certain, and for a slow one. */
  get velocity(): Velocity | undefined {
    const current = this.#current?.velocity;
    return current === undefined || !this.#isFar(current) ? undefined : current;
  }

  /**
   * Takes in the detections of one frame that can begin a track, at `mediaMs` on the camera's clock.
   */
  see(detections: readonly Detection[], mediaMs: number, picture: PictureSize): void {
    const before = this.#before;
    const places = placesOf(detections.map(({ box }) => box));
    this.#before = { places, mediaMs };
    const seconds = before === undefined ? 0 : (mediaMs - before.mediaMs) / 1000;
    if (seconds < 0) this.#forget();
    if (before === undefined || seconds <= 0 || seconds > PAUSE_S) return;
    if (detections.length === 0 || before.places.length === 0) return;
    if (places.length > MOST || before.places.length > MOST) return;
    const size = median(detections.map(({ box }) => sizeOf(box)));
    this.#size = size;
    this.#seconds = seconds;
    this.#measure(places, size, seconds, mediaMs);
    const scene = { size, width: picture.width, height: picture.height };
    this.#weigh(before.places, places, seconds, scene);
    if (before.places.length + places.length >= 4) this.#add(before.places, places, seconds, scene);
    this.#choose(seconds, size);
  }

  /** Whether a track moves otherwise than the common speed says. Where both are slow, overlap tells what is what. */
  contradicts(track: BoxMotion, seconds: number): boolean {
    const common = this.#current?.velocity;
    const own = track.velocity();
    if (common === undefined || !(this.#isFar(common) || this.#isFar(own))) return false;
    return Math.hypot(own[0] - common[0], own[1] - common[1]) * seconds > SAME * track.size();
  }

  /** Whether this speed leads so far from frame to frame that boxes hardly overlap. */
  #isFar(velocity: Velocity): boolean {
    return Math.hypot(...velocity) * this.#seconds > FAR * this.#size;
  }

  /**
   * The common speed, where it leads the tracks to detections of the frame after `seconds` better than their own speeds.
   * All of a row have a false speed or none has; in a crowd at rest, one may walk.
   */
  explains(
    tracks: readonly BoxMotion[],
    detections: readonly Detection[],
    seconds: number,
    scene: PictureSize,
  ): Velocity | undefined {
    const velocity = this.#current?.velocity;
    if (velocity === undefined || tracks.length < ROW) return undefined;
    const places = placesOf(detections.map(({ box }) => box));
    const missed = (track: BoxMotion, [vx, vy]: Velocity): number | undefined => {
      const [x1, y1, x2, y2] = track.box();
      const [x, y] = [(x1 + x2) / 2 + vx * seconds, (y1 + y2) / 2 + vy * seconds];
      if (x < 0 || x > scene.width || y < 0 || y > scene.height) return undefined;
      return Math.min(SAME, ...places.map((place) => Math.hypot(place.x - x, place.y - y) / track.size()));
    };
    const better = tracks.map((track) => {
      const [own, common] = [missed(track, track.velocity()), missed(track, velocity)];
      // What leaves the frame with one of the speeds says nothing.
      return own === undefined || common === undefined ? 0 : own - common;
    });
    const gain = better.reduce((sum, one) => sum + one, 0) / tracks.length;
    return gain >= GAIN ? velocity : undefined;
  }

  /** Undefined before movement and spacing are known, and where no products were seen lately. */
  pace(mediaMs: number): Pace | undefined {
    const { velocity } = this;
    if (velocity === undefined || this.#spacings.length < SPACINGS_LEAST) return undefined;
    if (mediaMs - this.#measuredMs > PACE_MS) return undefined;
    const stepMs = median(this.#stepsMs);
    return { movement: (Math.hypot(...velocity) * stepMs) / 1000, spacing: median(this.#spacings), stepMs };
  }

  #forget(): void {
    this.#hypotheses.length = 0;
    this.#current = undefined;
    this.#spacings.length = 0;
    this.#stepsMs.length = 0;
  }

  /** Distances of neighbours along the motion. */
  #measure(places: Places, size: number, seconds: number, mediaMs: number): void {
    const { velocity } = this;
    if (velocity === undefined || places.length < 2) return;
    const speed = Math.hypot(...velocity);
    if (speed * seconds < SAME * size) return;
    const along = places.map(({ x, y }) => (x * velocity[0] + y * velocity[1]) / speed).sort((a, b) => a - b);
    const gaps = along.slice(1).map((at, n) => at - along[n]!);
    // Two rows side by side give gaps of nearly nothing.
    const real = gaps.filter((gap) => gap > SAME * size);
    if (real.length === 0) return;
    this.#measuredMs = mediaMs;
    keep(this.#spacings, median(real));
    keep(this.#stepsMs, seconds * 1000);
  }

  /** Judges each hypothesis by the two newest frames, and lets it follow a speed that changes slowly. */
  #weigh(before: Places, now: Places, seconds: number, scene: Scene): void {
    for (const hypothesis of this.#hypotheses) {
      const [vx, vy] = hypothesis.velocity;
      const fitted = shiftBetween(before, now, [vx * seconds, vy * seconds], scene);
      const cost = costOf(before, now, fitted ?? [vx * seconds, vy * seconds], scene);
      hypothesis.sum = hypothesis.sum * MEMORY + (cost?.sum ?? 0);
      hypothesis.pairs = hypothesis.pairs * MEMORY + (cost?.pairs ?? 0);
      hypothesis.frames = hypothesis.frames * MEMORY + (cost === undefined ? 0 : 1);
      if (fitted === undefined) continue;
      const [fx, fy] = [fitted[0] / seconds, fitted[1] / seconds];
      hypothesis.velocity = [vx + FOLLOW * (fx - vx), vy + FOLLOW * (fy - vy)];
    }
  }

  /** A new hypothesis for each step that leads from an object near the centre to any object of the next frame. */
  #add(before: Places, now: Places, seconds: number, scene: Scene): void {
    const centre = [scene.width / 2, scene.height / 2] as const;
    for (const from of nearestTo(before, centre, REFERENCES)) {
      for (const place of now) {
        const fitted = shiftBetween(before, now, [place.x - from.x, place.y - from.y], scene);
        if (fitted === undefined || this.#isKnown(fitted, seconds, scene.size)) continue;
        const cost = costOf(before, now, fitted, scene);
        if (cost === undefined) continue;
        const velocity: Velocity = [fitted[0] / seconds, fitted[1] / seconds];
        this.#hypotheses.push({ velocity, ...cost, frames: 1 });
      }
    }
    this.#hypotheses.sort((a, b) => ranked(a, seconds, scene.size) - ranked(b, seconds, scene.size));
    const kept = this.#hypotheses.slice(0, MOST_HYPOTHESES);
    if (this.#current !== undefined && !kept.includes(this.#current)) kept.push(this.#current);
    this.#hypotheses.splice(0, this.#hypotheses.length, ...kept.filter(({ frames }) => frames > 0.2));
  }

  #isKnown([dx, dy]: Shift, seconds: number, size: number): boolean {
    return this.#hypotheses.some(
      ({ velocity: [vx, vy] }) => Math.hypot(vx * seconds - dx, vy * seconds - dy) < SAME * size,
    );
  }

  /** Takes the cheapest speed, where it is good and clearly better than the one before. */
  #choose(seconds: number, size: number): void {
    const before = this.#current;
    if (before !== undefined && (!this.#hypotheses.includes(before) || costIn(before) > 1.5 * POOR))
      this.#current = undefined;
    const believed = this.#hypotheses.filter((one) => one.frames >= BELIEVED && costIn(one) <= POOR);
    const best = least(believed, (one) => ranked(one, seconds, size));
    if (best === undefined || best === this.#current) {
      this.#doubts = 0;
      return;
    }
    if (this.#current !== undefined) {
      const isBetter = ranked(best, seconds, size) + MARGIN < ranked(this.#current, seconds, size);
      this.#doubts = isBetter ? this.#doubts + 1 : 0;
      if (this.#doubts < DOUBTS) return;
    }
    this.#doubts = 0;
    this.#current = best;
  }
}

/** Mean distance that it leaves unexplained, in sizes; a few pairs that fit may be chance. */
function costIn({ sum, pairs }: Hypothesis): number {
  return (sum + PRIOR * PRIOR_PAIRS) / (pairs + PRIOR_PAIRS);
}

function ranked(one: Hypothesis, seconds: number, size: number): number {
  const speed = (Math.hypot(...one.velocity) * seconds) / size;
  return costIn(one) + (COST_OF_SPEED * speed) / Math.max(1, one.frames);
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > SPACINGS_KEPT) values.shift();
}

function least<T>(items: readonly T[], cost: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>((a, b) => (a === undefined || cost(b) < cost(a) ? b : a), undefined);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
