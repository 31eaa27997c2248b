import type { Effect, Plant, PlantFault } from './declaration.ts';

/** What may influence a pack at the moment it is made. */
export interface Moment {
  readonly shift: string;
  /** 0 new, 1 worn out. */
  readonly beltWear: number;
  readonly temperatureC: number;
}

type Factored = Extract<Effect, { factor: number }>;

/** How far an effect's cause is there, 0..1. */
function presence(effect: Factored, moment: Moment): number {
  return effect.cause === 'shift' ? Number(moment.shift === effect.when) : moment.beltWear;
}

/** Product of the factors that effects have on one target at one moment. */
export function effectOn(plant: Plant, target: 'weight_spread' | PlantFault, moment: Moment): number {
  let factor = 1;
  for (const effect of plant.effects)
    if ('factor' in effect && effect.on === target) factor *= effect.factor ** presence(effect, moment);
  return factor;
}

/** Names of what a target is compared with, in the order of `values`: each shift but the first, wear, temperature. */
export function covariates(plant: Plant): {
  readonly names: readonly string[];
  readonly values: (moment: Moment) => number[];
} {
  const [, ...others] = plant.shifts.map(({ name }) => name);
  return {
    names: [...others.map((name) => `shift:${name}`), 'belt_wear', 'temperature'],
    values: ({ shift, beltWear, temperatureC }) => [
      ...others.map((name) => Number(name === shift)),
      beltWear,
      temperatureC - plant.temperature.meanC,
    ],
  };
}
