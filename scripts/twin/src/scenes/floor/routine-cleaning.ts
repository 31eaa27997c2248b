import { occurrences } from '../incident.ts';
import { Random } from '../../raster/index.ts';
import { floorScale } from './hall.ts';
import type { Passer } from './passer.ts';
import { makePasser } from './play.ts';

/** One cleaning of the floor by schedule: somebody comes in, mops up and down, and leaves. */
export interface RoutineCleaning {
  readonly subject: string;
  readonly from: number;
  readonly to: number;
  readonly seed: readonly (number | string)[];
}

const OUTSIDE = 110;
const SPEED = 120;
const REACH = 200;
/** Seconds for one way up and down. */
const ROUND = 14;
const LONGEST_WALK = 12;

/** Cleanings that somebody may be seen at in [from, to), the ways in and out included. */
export function cleaningsOf(
  script: readonly { readonly at: number; readonly seconds: number }[],
  seed: readonly [number, string],
  period: number,
  from: number,
  to: number,
): RoutineCleaning[] {
  const longest = Math.max(0, ...script.map(({ seconds }) => seconds)) + LONGEST_WALK;
  return occurrences(script, period, from - longest, to + LONGEST_WALK).map(({ key, at, declared }) => ({
    subject: `cleaner-${key}`,
    from: at,
    to: at + declared.seconds,
    seed: [...seed, 'routine', key],
  }));
}

/** Who cleans, and where they are at a moment; nobody while out of sight. `edge`: where the floor begins, in units. */
export function cleanerAt(cleaning: RoutineCleaning, edge: number, seconds: number): Passer[] {
  const random = new Random(...cleaning.seed);
  const side = random.sign();
  const looks = makePasser(random, true);
  const { from, to } = cleaning;
  const inside = Math.max(from, Math.min(to, seconds));
  const turn = (2 * Math.PI * (inside - from)) / ROUND;
  const y = edge + 80 + ((330 - edge - 80) * (inside - from)) / Math.max(1, to - from);
  const scale = floorScale(y);
  const away = (seconds < from ? seconds - from : Math.max(0, seconds - to)) * SPEED * scale;
  const x = 320 - side * REACH * Math.cos(turn) + side * away;
  if (x < -OUTSIDE || x > 640 + OUTSIDE) return [];
  const heading = away === 0 && Math.sin(turn) < 0 ? (-side as 1 | -1) : side;
  const sweep = away === 0 ? Math.sin(seconds * 5) : 0;
  const mop = looks.mop ? { ...looks.mop, dx: heading * (66 + 30 * sweep), dy: 8 } : undefined;
  const phase = (away + REACH * Math.cos(turn)) / (42 * scale);
  return [
    {
      ...looks,
      mop,
      x,
      y,
      scale,
      heading,
      phase,
      swing: 1,
      objectId: cleaning.subject,
    },
  ];
}
