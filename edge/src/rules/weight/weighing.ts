import { type WeightLimits, weightLimits } from './tolerances.ts';

export interface WeighingOptions {
  readonly nominal: number;
  readonly tare: number;
  readonly tolerance?: number | undefined;
  readonly maxOver?: number | undefined;
  readonly window: number;
  readonly maxT1Fraction: number;
}

/** What is wrong with an item or with the latest items. */
export type WeightCondition = 'under_t2' | 'over' | 't1_fraction' | 'average_under';
export const WEIGHT_CONDITIONS: readonly WeightCondition[] = ['under_t2', 'over', 't1_fraction', 'average_under'];

/** An item by its weight; a net weight in the unit of the signal. */
export type WeightClass = 'good' | 't1' | 't2' | 'over';

export interface Weighed {
  readonly net: number;
  readonly weightClass: WeightClass;
  readonly average: number;
  readonly t1Fraction: number;
  readonly conditions: readonly WeightCondition[];
}

/**
 * Items one after the other: the class of each, and whether the latest of them break a rule of the average-quantity
 * system: the average not below the nominal weight, few in class T1, none in class T2.
 */
export class Weighing {
  readonly #options: WeighingOptions;
  readonly #limits: WeightLimits;
  #latest: number[] = [];
  #isUnder = false;

  constructor(options: WeighingOptions) {
    this.#options = options;
    this.#limits = weightLimits(options);
  }

  add(gross: number): Weighed {
    const { nominal, tare, window, maxT1Fraction } = this.#options;
    const net = gross - tare;
    this.#latest = [...this.#latest, net].slice(-window);
    const average = this.#latest.reduce((sum, one) => sum + one, 0) / this.#latest.length;
    const below = this.#latest.filter((one) => ['t1', 't2'].includes(this.#classOf(one))).length;
    const t1Fraction = below / this.#latest.length;
    const weightClass = this.#classOf(net);
    const isFull = this.#latest.length >= window;
    // A mean that is hardly above the limit may be below it in truth: it is no longer under by more than its standard error.
    const margin = this.#isUnder ? standardError(this.#latest, average) : 0;
    this.#isUnder = isFull && average < nominal + margin - 1e-9;
    const conditions: readonly (readonly [WeightCondition, boolean])[] = [
      ['under_t2', weightClass === 't2'],
      ['over', weightClass === 'over'],
      ['t1_fraction', isFull && t1Fraction > maxT1Fraction],
      ['average_under', this.#isUnder],
    ];
    return {
      ...{ net, weightClass, average, t1Fraction },
      conditions: conditions.flatMap(([condition, holds]) => (holds ? [condition] : [])),
    };
  }

  #classOf(net: number): WeightClass {
    const { nominal, tolerance, maxOver } = this.#limits;
    if (net < nominal - 2 * tolerance) return 't2';
    if (net < nominal - tolerance) return 't1';
    return net > nominal + maxOver ? 'over' : 'good';
  }
}

/** Of the mean of a sample: its standard deviation by the root of its size. */
function standardError(sample: readonly number[], mean: number): number {
  const squares = sample.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, sample.length - 1) / Math.max(1, sample.length));
}
