import { covariates, type Effect, type Plant, PLANT_FAULTS, shiftAt } from '../plant/index.ts';
import type { ItemRow, StopRow } from '../tables/index.ts';
import { type Fit, leastSquares, logistic } from './fit.ts';
import { stopsAfterJams } from './stops.ts';

/**
 * `shown`: there, with the declared size. `absent`: declared, and the data show that it is not there or is smaller.
 * `wrong_size`: there with another size. `too_few`: too little was recorded to tell. `undeclared`: there, and nobody
 * declared it. `none`: neither declared nor there.
 */
export type Verdict = 'shown' | 'absent' | 'wrong_size' | 'too_few' | 'undeclared' | 'none';

export interface Finding {
  /** Of the declared effect. */
  readonly id: string | undefined;
  /** `shift:NAME`, `belt_wear`, `temperature` or `jam`. */
  readonly cause: string;
  readonly on: string;
  /** Factor, grams per degree, or probability. */
  readonly unit: 'factor' | 'g/degC' | 'probability';
  readonly declared: number;
  readonly measured: number;
  /** Four standard errors to both sides. */
  readonly low: number;
  readonly high: number;
  readonly verdict: Verdict;
}

export interface CheckReport {
  readonly items: number;
  readonly stops: number;
  /** Every declared effect is shown and nothing undeclared is there. */
  readonly ok: boolean;
  /** Declared ones first. */
  readonly findings: readonly Finding[];
}

/** So wide that a check of some forty effects of a right plant fails once in about 400 seeds. */
const ERRORS = 4;
/** With fewer cases nothing is estimated. */
const LEAST_CASES = 25;

/** Measures all effects that a plant can have in what it recorded, and compares them with what it declares. */
export function checkEffects(plant: Plant, items: readonly ItemRow[], stops: readonly StopRow[]): CheckReport {
  const found = [...weights(plant, items), ...faults(plant, items), jams(plant, stops)];
  const findings = [...found.filter(({ id }) => id !== undefined), ...found.filter(({ id }) => id === undefined)];
  const ok = findings.every(({ verdict }) => verdict === 'shown' || verdict === 'none');
  return { items: items.length, stops: stops.length, ok, findings };
}

function momentOf(row: ItemRow): { shift: string; beltWear: number; temperatureC: number } {
  return { shift: row.shift, beltWear: row.belt_wear, temperatureC: row.temperature_c };
}

/** What moves the scale, and what scatters the weights. */
function weights(plant: Plant, items: readonly ItemRow[]): Finding[] {
  const { names, values } = covariates(plant);
  const hours = items.map(({ stream_seconds: at }) => (at - shiftAt(plant, at).startSeconds) / 3600);
  const causes = items.map((row) => values(momentOf(row)));
  const off = items.map((row) => row.weight_g - row.nominal_g);
  const biasDesign = causes.map((row, k) => [1, hours[k]!, ...row]);
  const bias = leastSquares(biasDesign, off);
  const deviations = new Map(plant.products.map(({ nominalGrams, sigmaGrams }) => [nominalGrams, sigmaGrams]));
  const spread = leastSquares(
    causes.map((row) => [1, ...row]),
    items.map((row, k) => {
      const expected = biasDesign[k]!.reduce((sum, value, i) => sum + value * bias.estimates[i]!, 0);
      return Math.log(Math.max(1e-6, Math.abs(off[k]! - expected) / (deviations.get(row.nominal_g) ?? 1)));
    }),
  );
  return [
    ...names.map((cause, k) => slope(plant, cause, 'scale_bias', bias, k + 2)),
    ...names.map((cause, k) => factor(plant, cause, 'weight_spread', spread, k + 1)),
  ];
}

function faults(plant: Plant, items: readonly ItemRow[]): Finding[] {
  const { names, values } = covariates(plant);
  return PLANT_FAULTS.flatMap((fault, place) => {
    // A pack shows its first fault alone: only those without an earlier one say something about this one.
    const earlier: readonly string[] = PLANT_FAULTS.slice(0, place);
    const rows = items.filter((row) => row.fault === null || !earlier.includes(row.fault));
    const happened = rows.map((row) => Number(row.fault === fault));
    if (happened.reduce((sum, value) => sum + value, 0) < LEAST_CASES) {
      const unknown: Fit = { estimates: [0], errors: [Infinity] };
      return names.map((cause) => factor(plant, cause, fault, unknown, 0)).filter(({ id }) => id !== undefined);
    }
    const fit = logistic(
      rows.map((row) => [1, ...values(momentOf(row))]),
      happened,
    );
    return names.map((cause, k) => factor(plant, cause, fault, fit, k + 1));
  });
}

function jams(plant: Plant, stops: readonly StopRow[]): Finding {
  const effect = plant.effects.find((one) => one.cause === 'jam');
  const { estimate, error } = stopsAfterJams(stops, effect?.withinSeconds ?? 120);
  const [declared, low, high] = [effect?.probability ?? 0, estimate - ERRORS * error, estimate + ERRORS * error];
  return finding(
    { id: effect?.id, cause: 'jam', on: 'stop', unit: 'probability', declared, measured: estimate, low, high },
    0,
  );
}

function declaredOn(plant: Plant, cause: string, on: string): Effect | undefined {
  return plant.effects.find(
    (one) => one.on === on && cause === (one.cause === 'shift' ? `shift:${one.when}` : one.cause),
  );
}

function slope(plant: Plant, cause: string, on: string, fit: Fit, k: number): Finding {
  const effect = declaredOn(plant, cause, on);
  const declared = effect && 'gramsPerDegree' in effect ? effect.gramsPerDegree : 0;
  const [measured, margin] = [fit.estimates[k]!, ERRORS * fit.errors[k]!];
  const numbers = { declared, measured, low: measured - margin, high: measured + margin };
  return finding({ id: effect?.id, cause, on, unit: 'g/degC', ...numbers }, 0);
}

function factor(plant: Plant, cause: string, on: string, fit: Fit, k: number): Finding {
  const effect = declaredOn(plant, cause, on);
  const declared = effect && 'factor' in effect ? effect.factor : 1;
  const [measured, margin] = [fit.estimates[k]!, ERRORS * fit.errors[k]!];
  const numbers = { measured: Math.exp(measured), low: Math.exp(measured - margin), high: Math.exp(measured + margin) };
  return finding({ id: effect?.id, cause, on, unit: 'factor', declared, ...numbers }, 1);
}

/** `nothing`: the size that means no effect. */
function finding(found: Omit<Finding, 'verdict'>, nothing: number): Finding {
  const { id, declared, low, high } = found;
  const holds = (size: number): boolean => size >= low && size <= high;
  const verdict = (): Verdict => {
    if (id === undefined) return holds(nothing) || Number.isNaN(low) ? 'none' : 'undeclared';
    if (Number.isNaN(low) || (holds(declared) && holds(nothing))) return declared === nothing ? 'shown' : 'too_few';
    if (holds(declared)) return 'shown';
    return holds(nothing) ? 'absent' : 'wrong_size';
  };
  return { ...found, verdict: verdict() };
}
