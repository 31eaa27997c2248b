import { type PackLabel, type PlantFault, PlantSimulation, type Plant, type Stop } from '../../plant/index.ts';
import { DEFECTS, type DefectKind } from './bottle.ts';
import type { Flow } from './flow.ts';

/** Distance between two bottles that a jam has pushed together, in units. */
const JAMMED_PITCH = 88;
/** How long bottles take to close up before a jam, and to come apart after it. */
const CLOSING_SECONDS = 4;
const STEP_SECONDS = 60;

/**
 * The belt of a simulated plant: bottle k is its pack k, which crosses the middle when the plant makes it, and the belt
 * stands while the plant does. A jam pushes the bottles before it together.
 */
export class PlantFlow implements Flow {
  readonly #simulation: PlantSimulation;
  readonly #speed: number;
  /** Seconds that the line has stood up to the end of each stop so far. */
  readonly #stood: number[] = [];

  constructor(plant: Plant, seed: number, speed: number) {
    this.#simulation = new PlantSimulation(plant, seed);
    this.#speed = speed;
  }

  near(seconds: number, reach: number): number[] {
    const middle = this.#beltTime(seconds);
    const span = reach / this.#speed;
    this.#advanceBelt(middle + span);
    const { items } = this.#simulation;
    const found: number[] = [];
    for (let k = this.#firstAfter(this.#clockTime(middle - span)); k < items.length; k += 1) {
      if (this.#beltTime(items[k]!.atSeconds) > middle + span) break;
      found.push(k);
    }
    return found;
  }

  crossing(from: number, to: number): number[] {
    this.#simulation.until(to + 1);
    const { items } = this.#simulation;
    const found: number[] = [];
    for (let k = this.#firstAfter(from); k < items.length && items[k]!.atSeconds <= to; k += 1) found.push(k);
    return found;
  }

  at(k: number, seconds: number): number {
    const item = this.#simulation.items[k];
    if (!item) throw new RangeError(`pack ${k} is not simulated yet`);
    const free = this.#speed * (this.#beltTime(seconds) - this.#beltTime(item.atSeconds));
    if (free >= 0) return free;
    const jam = this.#simulation.stops.find(
      ({ state, startSeconds, endSeconds }) =>
        state === 'jam' && seconds >= startSeconds - CLOSING_SECONDS && seconds < endSeconds + CLOSING_SECONDS,
    );
    return jam ? Math.max(free, closedUp(free, k - this.#firstAfter(jam.startSeconds), jam, seconds)) : free;
  }

  when(k: number, distance: number): number {
    const item = this.#simulation.items[k];
    if (!item) throw new RangeError(`pack ${k} is not simulated yet`);
    const belt = this.#beltTime(item.atSeconds) + distance / this.#speed;
    this.#advanceBelt(belt);
    return this.#clockTime(belt);
  }

  travelled(seconds: number): number {
    return this.#speed * this.#beltTime(seconds);
  }

  defect(k: number): DefectKind | undefined {
    const fault: PlantFault | undefined = this.#simulation.items[k]?.fault;
    return DEFECTS.find((kind) => kind === fault);
  }

  label(k: number): { readonly label: PackLabel; readonly fault: PlantFault | undefined } | undefined {
    const item = this.#simulation.items[k];
    return item && { label: item.label, fault: item.fault };
  }

  /** Number of the first pack made at or after a time. */
  #firstAfter(seconds: number): number {
    const { items } = this.#simulation;
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle]!.atSeconds < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #advanceBelt(belt: number): void {
    while (this.#beltTime(this.#simulation.now) < belt) this.#simulation.until(this.#simulation.now + STEP_SECONDS);
  }

  /** Seconds that the belt has run up to a stream time. */
  #beltTime(seconds: number): number {
    this.#simulation.until(seconds);
    const { stops } = this.#simulation;
    this.#sumUp(stops);
    const index = lastBefore(stops, seconds);
    const stop = stops[index];
    if (!stop) return seconds;
    const before = this.#stood[index - 1] ?? 0;
    return seconds - before - Math.min(stop.endSeconds, seconds) + stop.startSeconds;
  }

  /** The first stream time at which the belt has run for so long. It must have been simulated. */
  #clockTime(belt: number): number {
    const { stops } = this.#simulation;
    this.#sumUp(stops);
    let [low, high] = [0, stops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stops[middle]!.startSeconds - (this.#stood[middle - 1] ?? 0) < belt) low = middle + 1;
      else high = middle;
    }
    return belt + (this.#stood[low - 1] ?? 0);
  }

  #sumUp(stops: readonly Stop[]): void {
    for (let i = this.#stood.length; i < stops.length; i += 1)
      this.#stood.push((this.#stood[i - 1] ?? 0) + stops[i]!.endSeconds - stops[i]!.startSeconds);
  }
}

function lastBefore(stops: readonly Stop[], seconds: number): number {
  let [low, high] = [0, stops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops[middle]!.startSeconds <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `rank`: how many bottles stand between this one and the jam. */
function closedUp(free: number, rank: number, jam: Stop, seconds: number): number {
  const target = -JAMMED_PITCH * (rank + 0.5);
  const closing = (seconds - jam.startSeconds + CLOSING_SECONDS) / CLOSING_SECONDS;
  const opening = (jam.endSeconds + CLOSING_SECONDS - seconds) / CLOSING_SECONDS;
  return free + Math.max(0, target - free) * Math.min(1, closing, opening);
}
