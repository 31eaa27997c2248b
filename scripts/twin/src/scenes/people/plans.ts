import { occurrences } from '../incident.ts';
import type { PeopleCamera } from '../line.ts';
import { Random } from '../../raster/index.ts';
import { GARMENTS, type Garment } from './garments.ts';
import type { VisitPlan } from './visit.ts';

const SHORTEST_RANDOM = 9;
export const LONGEST_RANDOM = 20;

type Seed = readonly [number, string];
const LANES = ['far', 'behind_table', 'front'] as const;
const FACINGS = ['front', 'back', 'side', 'around', 'around'] as const;

/** Plans of everybody who enters in [from, to), companions included. */
export function plansOf(camera: PeopleCamera, seed: Seed, period: number, from: number, to: number): VisitPlan[] {
  return [...scriptedPlans(camera, seed, period, from, to), ...randomPlans(camera, seed, from, to)].flatMap((plan) => [
    plan,
    ...companionsOf(camera, seed, plan),
  ]);
}

type Led = VisitPlan & { readonly companions: number };

function scriptedPlans(camera: PeopleCamera, seed: Seed, period: number, from: number, to: number): Led[] {
  return occurrences(camera.visits, period, from, to).map(({ key, at, index, declared }) => {
    const plan = {
      key,
      from: at,
      seconds: declared.seconds,
      headwear: declared.headwear,
      index,
      place: declared.place,
      enters: declared.enters,
      leaves: declared.leaves,
      without: camera.garments ? (declared.without ?? []) : undefined,
    };
    const placed = anywhere(camera, seed, plan);
    return {
      ...placed,
      lane: declared.lane ?? placed.lane,
      facing: declared.facing ?? placed.facing,
      companions: declared.companions ?? placed.companions,
    };
  });
}

/** One place for a random visit per minute and declared rate; rates below one leave some places empty. */
function randomPlans(camera: PeopleCamera, seed: Seed, from: number, to: number): Led[] {
  const rate = camera.visitsPerMinute;
  if (rate <= 0) return [];
  const gap = 60 / rate;
  const plans = [];
  for (let n = Math.max(0, Math.floor(from / gap)); n * gap < to; n += 1) {
    const random = new Random(...seed, 'random-visit', n);
    const at = (n + random.between(0, 0.8)) * gap;
    const bare = random.chance(camera.violationRate);
    const seconds = random.between(SHORTEST_RANDOM, LONGEST_RANDOM);
    const plan = {
      key: `r${n}`,
      from: at,
      seconds,
      headwear: bare ? ('none' as const) : ('any' as const),
      index: n + 3,
      without: camera.garments ? missingAtRandom(camera, new Random(...seed, 'without', n)) : undefined,
    };
    plans.push(anywhere(camera, seed, plan));
  }
  return plans;
}

function missingAtRandom(camera: PeopleCamera, random: Random): Garment[] {
  return GARMENTS.filter((garment) => random.chance(camera.missingRates?.[garment] ?? 0));
}

function isViolator(plan: VisitPlan): boolean {
  return plan.headwear === 'none' || (plan.without ?? []).length > 0;
}

/** With `violators: anywhere`, violators may be far, behind the table, turned away, or among others. */
function anywhere(camera: PeopleCamera, seed: Seed, plan: VisitPlan): Led {
  if (camera.violators !== 'anywhere' || !isViolator(plan)) return { ...plan, companions: 0 };
  const random = new Random(...seed, 'anywhere', plan.key);
  const [lane, looking] = [random.pick(LANES), random.pick(FACINGS)];
  return {
    ...plan,
    lane,
    facing: looking === 'around' ? undefined : looking,
    companions: random.chance(0.3) ? random.integer(1, 4) : 0,
  };
}

/** People who come with somebody and stand around them, some before them; nothing is wrong with them. */
function companionsOf(camera: PeopleCamera, seed: Seed, plan: Led): VisitPlan[] {
  const random = new Random(...seed, 'companions', plan.key);
  return Array.from({ length: plan.companions }, (_, index) => ({
    key: `${plan.key}c${index}`,
    from: plan.from + random.between(-0.6, 0.6),
    seconds: plan.seconds + random.between(-0.5, 1),
    headwear: 'any' as const,
    index: plan.index,
    lane: plan.lane ?? 'front',
    place: (plan.place ?? 0.5) + random.sign() * random.between(0.04, 0.12),
    nearer: random.between(-8, 8),
    without: camera.garments ? [] : undefined,
  }));
}
