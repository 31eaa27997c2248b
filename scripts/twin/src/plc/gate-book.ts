import type { Flow } from '../scenes/index.ts';

/** What happened at the gate. `done` of the `due` were rejected; `wrong` are good bottles; `late` met no bottle. */
export interface GateCounts {
  readonly due: number;
  readonly done: number;
  readonly wrong: number;
  readonly late: number;
  /** Good bottles that passed. */
  readonly passed: number;
  /** Bottles that nobody was answerable for: READY was not given all the way. */
  readonly unwatched: number;
}

export interface GateRecord {
  readonly bottle: number;
  readonly atSeconds: number;
  readonly defect: string | undefined;
  readonly rejected: boolean;
}

export interface GateOptions {
  /** Distance of the gate from the middle of the picture, in units. */
  readonly gate: number;
  /** A bottle is at the gate while its middle is so near, in units: the gate hits it then. */
  readonly reach: number;
  /** Distance from the middle at which a bottle begins to be watched. */
  readonly watchedFrom: number;
}

const NONE: GateCounts = { due: 0, done: 0, wrong: 0, late: 0, passed: 0, unwatched: 0 };

/**
 * What the reject gate does to the bottles, as the truth knows it. Pure: to be called with rising stream times. A bottle
 * counts when READY was given from its appearance in the picture to the gate.
 */
export class GateBook {
  readonly #flow: Flow;
  readonly #options: GateOptions;
  /** Bottles at the gate, and whether the gate hit them. */
  readonly #atGate = new Map<number, boolean>();
  readonly #done = new Set<number>();
  #counts: GateCounts = NONE;
  #readySince = Number.POSITIVE_INFINITY;
  #wasOn = false;
  #hitSome = true;

  constructor(flow: Flow, options: GateOptions) {
    this.#flow = flow;
    this.#options = options;
  }

  get counts(): GateCounts {
    return this.#counts;
  }

  /** The gate and READY at this moment; gives the bottles that have left the gate. */
  look(seconds: number, isOn: boolean, isReady: boolean): readonly GateRecord[] {
    const { gate, reach } = this.#options;
    if (!isReady) this.#readySince = Number.POSITIVE_INFINITY;
    else if (seconds < this.#readySince) this.#readySince = seconds;
    const here = this.#flow
      .near(seconds, gate + 2 * reach)
      .filter((k) => Math.abs(this.#flow.at(k, seconds) - gate) <= reach && !this.#done.has(k));
    if (isOn && !this.#wasOn) this.#hitSome = false;
    for (const k of here) {
      this.#atGate.set(k, this.#atGate.get(k) === true || isOn);
      this.#hitSome ||= isOn;
    }
    if (!isOn && this.#wasOn && !this.#hitSome) this.#count({ late: 1 });
    this.#wasOn = isOn;
    return [...this.#atGate.keys()].filter((k) => !here.includes(k)).map((k) => this.#leave(k, seconds));
  }

  #leave(bottle: number, atSeconds: number): GateRecord {
    const rejected = this.#atGate.get(bottle) === true;
    this.#atGate.delete(bottle);
    this.#done.add(bottle);
    if (this.#done.size > KEPT) this.#done.delete(this.#done.values().next().value ?? bottle);
    const defect = this.#flow.defect(bottle);
    const isWatched = this.#flow.when(bottle, this.#options.watchedFrom) >= this.#readySince;
    if (!isWatched) this.#count({ unwatched: 1 });
    else if (defect !== undefined) this.#count({ due: 1, done: rejected ? 1 : 0 });
    else this.#count(rejected ? { wrong: 1 } : { passed: 1 });
    return { bottle, atSeconds, defect, rejected };
  }

  #count(more: Partial<GateCounts>): void {
    const counts = { ...this.#counts };
    for (const [name, by] of Object.entries(more)) counts[name as keyof GateCounts] += by;
    this.#counts = counts;
  }
}

const KEPT = 200;
