import { Random } from '../../raster/index.ts';
import { UNITS } from '../view.ts';
import { bodyHeight, type PeopleHall } from './hall.ts';
import { dressed, type Garment } from './garments.ts';
import { HEADWEAR, type Headwear, makePerson, type Person, type Pose } from './person.ts';

/** One person's way through the hall: in at one side, to a place of work, out again. */
export interface Visit {
  /** Which way the person looks at work, whatever happens; undefined looks around. */
  readonly facing: 'front' | 'back' | 'side' | undefined;
  readonly person: Person;
  /** Stream time at which the middle of the body crosses the picture's edge, in and out. */
  readonly from: number;
  readonly to: number;
  readonly lane: 'far' | 'behind_table' | 'front';
  readonly y: number;
  readonly station: number;
  readonly entersAt: 'left' | 'right';
  readonly leavesAt: 'left' | 'right';
  readonly seed: string;
}

/** Distance (units) beyond the picture's edge at which nobody shows any more. */
const OUTSIDE = 90;
const SLOWEST = 70;

export interface VisitPlan {
  readonly key: string;
  readonly from: number;
  readonly seconds: number;
  readonly headwear: Headwear | 'any' | 'none';
  /** Place in the script; spreads people over the hall. */
  readonly index: number;
  readonly lane?: Visit['lane'] | undefined;
  readonly facing?: Visit['facing'];
  /** Place of work, as a fraction of the picture's width. */
  readonly place?: number | undefined;
  readonly enters?: Visit['entersAt'] | undefined;
  readonly leaves?: Visit['leavesAt'] | undefined;
  /** Garments that are missing; undefined leaves clothes to chance. */
  readonly without?: readonly Garment[] | undefined;
  /** Nearer to the camera than others of the lane, in units. */
  readonly nearer?: number;
}

export function planVisit(hall: PeopleHall, seed: readonly [number, string], plan: VisitPlan): Visit {
  const random = new Random(...seed, 'visit', plan.key);
  const any = random.pick(HEADWEAR);
  const headwear = plan.headwear === 'none' ? undefined : plan.headwear === 'any' ? any : plan.headwear;
  const drawn =
    headwear === undefined ? 'front' : random.pick<Visit['lane']>(['far', 'behind_table', 'behind_table', 'front']);
  const lane = plan.lane ?? drawn;
  const y = {
    far: hall.horizon + random.between(24, 40),
    behind_table: random.between(258, 270),
    front: random.between(322, 346),
  }[lane];
  const person = makePerson(random, `person-${plan.key}`, headwear);
  const station = 110 + ((plan.index * 157 + random.between(0, 60)) % 420);
  return {
    person: plan.without ? dressed(person, plan.without, ...seed, plan.key) : person,
    facing: plan.facing,
    from: plan.from,
    to: plan.from + plan.seconds,
    lane,
    y: y + (plan.nearer ?? 0),
    station: plan.place === undefined ? station : plan.place * UNITS.width,
    ...sidesOf(plan, random.pick(['left', 'right']), random.pick(['left', 'right'])),
    seed: `${seed.join('.')}.${plan.key}`,
  };
}

function sidesOf(
  { enters, leaves }: VisitPlan,
  entersAt: Visit['entersAt'],
  leavesAt: Visit['leavesAt'],
): Pick<Visit, 'entersAt' | 'leavesAt'> {
  return { entersAt: enters ?? entersAt, leavesAt: leaves ?? leavesAt };
}

/** How fast somebody walks (units per second), and when they reach and leave their place of work (stream time). */
export function walkOf(
  hall: PeopleHall,
  visit: Visit,
): {
  readonly size: number;
  readonly speed: number;
  readonly arrives: number;
  readonly departs: number;
} {
  const size = bodyHeight(hall, visit.y);
  const wayIn = visit.entersAt === 'left' ? visit.station : UNITS.width - visit.station;
  const wayOut = visit.leavesAt === 'left' ? visit.station : UNITS.width - visit.station;
  // People on a short visit walk faster, so that they reach their place.
  const speed = Math.max(SLOWEST, size * 0.5 * visit.person.stride, (wayIn + wayOut) / ((visit.to - visit.from) * 0.6));
  return {
    size,
    speed,
    arrives: visit.from + wayIn / speed,
    departs: visit.to - wayOut / speed,
  };
}

/** The pose at a moment, or undefined while out of sight. */
export function poseAt(hall: PeopleHall, visit: Visit, seconds: number): Pose | undefined {
  const { size, speed, arrives, departs } = walkOf(hall, visit);
  const gone = seconds < visit.from - OUTSIDE / speed || seconds > visit.to + OUTSIDE / speed;
  if (gone) return undefined;
  const base = { y: visit.y, size };
  if (seconds < arrives) {
    const heading = visit.entersAt === 'left' ? 1 : -1;
    return {
      ...base,
      ...walking(visit.station - heading * (arrives - seconds) * speed, heading, (arrives - seconds) * speed, size),
    };
  }
  if (seconds > departs) {
    const heading = visit.leavesAt === 'left' ? -1 : 1;
    return {
      ...base,
      ...walking(visit.station + heading * (seconds - departs) * speed, heading, (seconds - departs) * speed, size),
    };
  }
  return { ...base, ...working(visit, seconds) };
}

type Move = Pick<Pose, 'x' | 'facing' | 'phase' | 'swing' | 'reach'>;

/** Steps follow the way walked, so that feet do not slide. */
function walking(x: number, facing: 1 | -1, distance: number, size: number): Move {
  return { x, facing, phase: distance / (size * 0.13), swing: 1, reach: 0 };
}

/** Looks another way every few seconds. */
function working(visit: Visit, seconds: number): Move {
  const random = new Random(visit.seed, 'look', Math.floor(seconds / 3.5));
  const fixed = {
    front: 0,
    back: 2,
    side: visit.entersAt === 'left' ? 1 : -1,
  } as const;
  const free =
    visit.lane === 'behind_table'
      ? random.pick<Pose['facing']>([0, 0, 0, 1, -1])
      : random.pick<Pose['facing']>([0, 0, 2, 1, -1]);
  const facing = visit.facing ? fixed[visit.facing] : free;
  const reach = visit.lane === 'behind_table' ? 1 : 0.5;
  return { x: visit.station + 4 * Math.sin(seconds * 0.7), facing, phase: seconds * 2.2, swing: 0, reach };
}
