import { Random } from '../raster/index.ts';
import { type Plant, PLANT_FAULTS, type PlantFault, type Product } from './declaration.ts';
import { effectOn, type Moment } from './effects.ts';
import { labelFor, type PackLabel } from './label.ts';

/** One pack as it passes the camera and the scale. */
export interface Item extends Moment {
  /** 0 for the first. */
  readonly number: number;
  readonly atSeconds: number;
  readonly product: Product;
  readonly batch: string;
  readonly trueGrams: number;
  /** What the scale shows. */
  readonly readGrams: number;
  readonly fault: PlantFault | undefined;
  readonly label: PackLabel;
}

export interface ItemPlan extends Moment {
  readonly number: number;
  readonly atSeconds: number;
  readonly product: Product;
  readonly batch: string;
  readonly hoursSinceCalibration: number;
}

/** Everything about one pack; depends on the seed, its number and its moment alone. */
export function makeItem(plant: Plant, seed: number, plan: ItemPlan): Item {
  const { number, atSeconds, product, batch, hoursSinceCalibration, shift, beltWear, temperatureC } = plan;
  const random = new Random(seed, 'item', number);
  const moment = { shift, beltWear, temperatureC };
  const own = plant.scale.sigmaGrams;
  const shown = product.sigmaGrams * effectOn(plant, 'weight_spread', moment);
  const spread = Math.sqrt(Math.max(0, shown * shown - own * own));
  const trueGrams = product.nominalGrams + spread * normal(random) + fillOf(plant, seed, number, atSeconds);
  const bias = plant.scale.driftGramsPerHour * hoursSinceCalibration + biasOf(plant, temperatureC);
  const readGrams = trueGrams + bias + own * normal(random);
  const fault = faultOf(plant, random, moment);
  const other = plant.products.find((candidate) => candidate !== product) ?? { ...product, code: '999999999999' };
  const label = labelFor(plant, product, other, batch, atSeconds, fault);
  return { number, atSeconds, product, batch, ...moment, trueGrams, readGrams, fault, label };
}

/** How far the filler is off the nominal weight. Drawn by itself, so that a filler changes nothing else of a pack. */
function fillOf({ filler }: Plant, seed: number, number: number, atSeconds: number): number {
  if (filler === undefined) return 0;
  const random = new Random(seed, 'fill', number);
  const badFill = filler.badFills.find(({ rate }) => random.chance(rate));
  const { sags } = filler;
  const isSagging = sags !== undefined && atSeconds % sags.everySeconds >= sags.everySeconds - sags.seconds;
  return filler.overfillGrams + (badFill?.grams ?? 0) + (isSagging ? sags.grams : 0);
}

/** Normally distributed, mean 0 and deviation 1 (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function biasOf(plant: Plant, temperatureC: number): number {
  let bias = 0;
  for (const effect of plant.effects)
    if (effect.cause === 'temperature') bias += effect.gramsPerDegree * (temperatureC - plant.temperature.meanC);
  return bias;
}

/** The first fault that happens to this pack. Each is drawn by itself, so that effects on one leave the others' odds. */
function faultOf(plant: Plant, random: Random, moment: Moment): PlantFault | undefined {
  let found: PlantFault | undefined;
  for (const fault of PLANT_FAULTS) {
    const base = plant.faults[fault] ?? 0;
    const drawn = random.next();
    if (base === 0) continue;
    const odds = (base / (1 - base)) * effectOn(plant, fault, moment);
    if (drawn < odds / (1 + odds)) found ??= fault;
  }
  return found;
}
