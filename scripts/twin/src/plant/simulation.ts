import { Random } from '../raster/index.ts';
import { Agenda } from './agenda.ts';
import type { Plant, Product } from './declaration.ts';
import { type Item, makeItem } from './item.ts';
import { ean13 } from './label.ts';
import type { SignalName } from './signals.ts';
import { shiftAt, temperatureAt } from './surroundings.ts';

export type { Item } from './item.ts';
export type LineState = 'running' | 'stopped' | 'jam' | 'changeover';

/** A time in which the line does not run. */
export interface Stop {
  readonly state: Exclude<LineState, 'running'>;
  readonly reason: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface SignalChange {
  readonly atSeconds: number;
  readonly signal: SignalName;
  /** What is true; where `bad` says that the source knows nothing, it is not what the source reports. */
  readonly value: string | number;
  /** Why the source has no value. */
  readonly bad?: string;
}

const SHORTEST_STOP = 5;
const MINUTE = 60;

/** A plant from stream time 0 on. It is simulated as far as it is asked for; what it did is kept in `items` and `stops`. */
export class PlantSimulation {
  readonly plant: Plant;
  readonly items: Item[] = [];
  /** In order; the last may end after the time simulated so far. */
  readonly stops: Stop[] = [];
  readonly #seed: number;
  readonly #onSignal: ((change: SignalChange) => void) | undefined;
  readonly #agenda = new Agenda();
  readonly #interval: number;
  #state: LineState = 'running';
  /** Time at which the next pack is due while the line runs, and how far off it was when the line stopped. */
  #nextItemAt = 0;
  #itemsOfBatch = 0;
  #batches = 0;
  #wear: number;
  #wearAt = 0;
  /** Rises with each start of the line: what was planned for an earlier run is void. */
  #run = 0;
  #rejects = 0;
  #emitted = 0;

  /** `onSignal` gets every change of a signal, in order of time, while the simulation advances. */
  constructor(plant: Plant, seed: number, onSignal?: (change: SignalChange) => void) {
    this.plant = plant;
    this.#seed = seed;
    this.#onSignal = onSignal;
    this.#interval = MINUTE / plant.packsPerMinute;
    this.#wear = plant.belt.startWear;
    this.#agenda.plan(0, () => {
      this.#beginBatch();
      this.#watchSurroundings();
      this.#start(this.#interval / 2);
    });
  }

  /** Stream time up to which everything has been simulated. */
  get now(): number {
    return this.#agenda.now;
  }

  /** Simulates up to a stream time; earlier times need nothing. */
  until(seconds: number): void {
    if (seconds > this.#agenda.now) this.#agenda.runUntil(seconds);
  }

  /** Simulates until there are so many packs. Returns the first `count`. Throws RangeError where the line makes none. */
  untilItems(count: number): readonly Item[] {
    while (this.items.length < count) {
      const before = this.items.length;
      this.until(this.now + Math.max(3600, (count - before) * this.#interval));
      if (this.items.length === before && this.now > 30 * 86_400) throw new RangeError('the line makes no packs');
    }
    return this.items.slice(0, count);
  }

  #emit(signal: SignalName, value: string | number): void {
    if (this.#onSignal === undefined) return;
    this.#emitted += 1;
    const isBad = new Random(this.#seed, 'bad', this.#emitted).chance(this.plant.signalFaults?.bad[signal] ?? 0);
    this.#onSignal({ atSeconds: this.#agenda.now, signal, value, ...(isBad && { bad: 'sensor_fault' }) });
  }

  #product(): Product {
    return this.plant.products[(this.#batches - 1) % this.plant.products.length]!;
  }

  /** For example B0001; the order of batches. */
  #batch(): string {
    return `B${String(this.#batches).padStart(4, '0')}`;
  }

  #beginBatch(): void {
    this.#batches += 1;
    this.#itemsOfBatch = 0;
    this.#emit('product', ean13(this.#product().code));
    this.#emit('batch', this.#batch());
  }

  #watchSurroundings(): void {
    const report = (): void => {
      const shift = shiftAt(this.plant, this.#agenda.now);
      this.#emit('shift', shift.name);
      this.#emit('staff', shift.staff);
      this.#agenda.plan(shift.endSeconds, report);
    };
    const measure = (): void => {
      this.#emit('temperature', round(temperatureAt(this.plant, this.#seed, this.#agenda.now), 2));
      this.#agenda.plan(this.#agenda.now + MINUTE, measure);
    };
    report();
    if (this.#onSignal) measure();
  }

  /** The line runs from now on; the next pack is due after `untilItem` seconds. */
  #start(untilItem: number): void {
    this.#state = 'running';
    this.#run += 1;
    this.#wearAt = this.#agenda.now;
    this.#emit('state', 'running');
    this.#emit('speed', this.plant.packsPerMinute);
    this.#emit('stop_reason', '');
    this.#planItem(untilItem);
    const random = new Random(this.#seed, 'stop', this.#run);
    const perSecond = this.plant.stops.reduce((sum, { perHour }) => sum + perHour, 0) / 3600;
    if (perSecond <= 0) return;
    const run = this.#run;
    this.#agenda.plan(this.#agenda.now + exponential(random, 1 / perSecond), () => {
      if (run !== this.#run || this.#state !== 'running') return;
      let left = random.next() * perSecond * 3600;
      const chosen = this.plant.stops.find(({ perHour }) => (left -= perHour) < 0) ?? this.plant.stops[0]!;
      const seconds = Math.max(SHORTEST_STOP, exponential(random, chosen.seconds));
      this.#stop(chosen.reason === 'jam' ? 'jam' : 'stopped', chosen.reason, seconds);
    });
  }

  #stop(state: Stop['state'], reason: string, seconds: number): void {
    const now = this.#agenda.now;
    const untilItem = Math.max(0, this.#nextItemAt - now);
    this.#wear = this.#wearNow();
    this.#state = state;
    this.stops.push({ state, reason, startSeconds: now, endSeconds: now + seconds });
    this.#emit('state', state);
    this.#emit('speed', 0);
    this.#emit('stop_reason', reason);
    this.#agenda.plan(now + seconds, () => {
      if (reason === 'changeover') this.#beginBatch();
      if (reason === 'belt_change') this.#wear = 0;
      this.#start(untilItem);
      if (state === 'jam') this.#mayStopAgain();
    });
  }

  /** The declared effect of a jam: soon after it the line may stop once more. */
  #mayStopAgain(): void {
    for (const effect of this.plant.effects) {
      if (effect.cause !== 'jam') continue;
      const random = new Random(this.#seed, 'again', this.#run);
      if (!random.chance(effect.probability)) continue;
      const run = this.#run;
      this.#agenda.plan(this.#agenda.now + random.between(0.1, 0.9) * effect.withinSeconds, () => {
        if (run === this.#run && this.#state === 'running') this.#stop('stopped', 'after_jam', random.between(10, 60));
      });
    }
  }

  #planItem(inSeconds: number): void {
    const run = this.#run;
    this.#nextItemAt = this.#agenda.now + inSeconds;
    this.#agenda.plan(this.#nextItemAt, () => {
      if (run === this.#run && this.#state === 'running') this.#make();
    });
  }

  #make(): void {
    const now = this.#agenda.now;
    const number = this.items.length;
    const shift = shiftAt(this.plant, now);
    const item = makeItem(this.plant, this.#seed, {
      number,
      atSeconds: now,
      product: this.#product(),
      batch: this.#batch(),
      shift: shift.name,
      beltWear: this.#wearNow(),
      temperatureC: temperatureAt(this.plant, this.#seed, now),
      hoursSinceCalibration: (now - shift.startSeconds) / 3600,
    });
    this.items.push(item);
    this.#itemsOfBatch += 1;
    if (this.#onSignal) this.#reportItem(item);
    const gap = this.#interval * new Random(this.#seed, 'gap', number).between(0.9, 1.1);
    this.#planItem(gap);
    if (this.#itemsOfBatch >= this.plant.batchPacks)
      this.#stop('changeover', 'changeover', Math.max(1, this.plant.changeoverSeconds));
    else if (this.#wearNow() >= 1) this.#stop('stopped', 'belt_change', 1800);
  }

  #reportItem(item: Item): void {
    this.#emit('weight', round(item.readGrams, 1));
    this.#emit('label_code', item.label.code);
    this.#emit('label_date', item.label.bestBefore);
    // Last, so that it can be the trigger for what was read of the same pack.
    this.#emit('count', item.number + 1);
    if (item.fault === undefined) return;
    this.#rejects += 1;
    this.#emit('rejects', this.#rejects);
  }

  #wearNow(): number {
    const running = this.#state === 'running' ? this.#agenda.now - this.#wearAt : 0;
    return this.#wear + running / 3600 / this.plant.belt.lifeHours;
  }
}

function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
