import { type Canvas, NOBODY, type Random, type Rgb } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { mountFor } from '../view.ts';
import { drawFloorHall, type FloorHall, floorScale } from './hall.ts';
import { drawMess, type Mess } from './mess.ts';
import { drawPasser, type Passer } from './passer.ts';

export interface LyingMess {
  readonly mess: Mess;
  /** 0..1; litter is there or not, a spill spreads and is wiped away. */
  readonly grown: number;
}

export interface FloorMoment {
  readonly messes: readonly LyingMess[];
  readonly passers: readonly Passer[];
  /** Shadows of what moves outside the picture. */
  readonly shadows: readonly {
    readonly x: number;
    readonly y: number;
    readonly rx: number;
    readonly ry: number;
    readonly alpha: number;
  }[];
}

/** Paints mess, then moving shadows, then whoever walks through, far to near. */
export function paintFloor(canvas: Canvas, moment: FloorMoment): void {
  const things = [...moment.messes].sort((a, b) => a.mess.y - b.mess.y);
  for (const { mess, grown } of things) drawMess(canvas, mess, floorScale(mess.y), grown);
  canvas.as(NOBODY, () => {
    for (const s of moment.shadows) canvas.glow(s.x, s.y, s.rx, s.ry, [6, 7, 10], s.alpha);
  });
  for (const passer of [...moment.passers].sort((a, b) => a.y - b.y)) drawPasser(canvas, passer);
}

const CLOTH: readonly [Rgb, ...Rgb[]] = [
  [52, 60, 78],
  [222, 224, 226],
  [74, 96, 134],
  [62, 62, 64],
  [110, 100, 84],
];
const BOOTS: readonly [Rgb, ...Rgb[]] = [
  [230, 230, 226],
  [34, 34, 36],
  [60, 84, 130],
  [196, 180, 60],
];
const MOPS: readonly [Rgb, ...Rgb[]] = [
  [226, 222, 212],
  [120, 160, 206],
  [206, 120, 110],
  [150, 190, 150],
];

/** What a passer wears; the rest of a Passer follows from where they are. */
export function makePasser(random: Random, withMop: boolean): Pick<Passer, 'trousers' | 'boots' | 'mop'> {
  const mop = withMop
    ? { dx: random.sign() * random.between(50, 90), dy: random.between(2, 22), colour: random.pick(MOPS) }
    : undefined;
  return { trousers: random.pick(CLOTH), boots: random.pick(BOOTS), mop };
}

export function makeMess(random: Random, label: Mess['label'], objectId: string, x: number, y: number): Mess {
  const size = label === 'spill' ? random.between(36, 88) : random.between(16, 30);
  return { label, objectId, seed: random.integer(0, 1 << 30), x, y, size };
}

/** A training picture: up to four messes, passers, shadows, or nothing but a floor. */
export function trainingFloor(random: Random, hall: FloorHall): Play {
  const mount = mountFor(random, 'training');
  const messes: LyingMess[] = [];
  const count = random.chance(0.18) ? 0 : random.pick([1, 1, 1, 2, 2, 3, 4]);
  for (let k = 0; k < count; k += 1) {
    const label = random.chance(0.5) ? 'spill' : 'litter';
    const mess = makeMess(random, label, `${label}-${k}`, random.between(20, 620), random.between(hall.edge + 36, 340));
    const near = messes.some(
      ({ mess: other }) => Math.hypot((other.x - mess.x) / 1.6, other.y - mess.y) < (other.size + mess.size) * 0.55,
    );
    if (!near) messes.push({ mess, grown: random.chance(0.75) ? 1 : random.between(0.25, 1) });
  }
  const passers: Passer[] = [];
  for (let i = random.pick([0, 0, 0, 1, 1, 2]); i > 0; i -= 1) {
    const y = random.between(hall.edge + 50, 400);
    passers.push({
      ...makePasser(random, random.chance(0.5)),
      x: random.between(0, 640),
      y,
      scale: floorScale(y),
      heading: random.sign(),
      phase: random.between(0, 6.3),
      swing: random.pick([0, 0.8, 1]),
    });
  }
  const shadows: FloorMoment['shadows'][number][] = [];
  for (let i = random.pick([0, 0, 1, 2]); i > 0; i -= 1) {
    shadows.push({
      x: random.between(0, 640),
      y: random.between(hall.edge, 360),
      rx: random.between(30, 130),
      ry: random.between(20, 60),
      alpha: random.between(0.2, 0.5),
    });
  }
  return {
    mount,
    backdrop: (canvas) => drawFloorHall(canvas, hall),
    subjects: (canvas) => paintFloor(canvas, { messes, passers, shadows }),
  };
}
