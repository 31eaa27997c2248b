import {
  blob,
  type Canvas,
  CLOUD,
  ellipse,
  FINE,
  linear,
  mix,
  NOBODY,
  type Path,
  placed,
  Random,
  type Rgb,
  shade,
  smooth,
  solid,
  vary,
} from '../../raster/index.ts';
import { drawLitter } from './litter.ts';

/** Something on the floor that ought not to be there. */
export interface Mess {
  readonly label: 'spill' | 'litter';
  readonly objectId: string;
  readonly seed: number;
  readonly x: number;
  readonly y: number;
  /** Half width in units at full size. */
  readonly size: number;
}

const LIQUIDS: readonly [Rgb, ...Rgb[]] = [
  [240, 238, 228],
  [228, 138, 36],
  [150, 34, 32],
  [84, 48, 26],
  [214, 190, 62],
  [98, 140, 60],
  [62, 78, 92],
  [196, 96, 120],
];
const POWDERS: readonly [Rgb, ...Rgb[]] = [
  [240, 236, 226],
  [222, 196, 140],
  [120, 78, 46],
  [214, 150, 60],
  [176, 190, 120],
];

/** Flattening of things that lie on the floor. */
const FLAT = 0.52;

/** Paints a mess at `grown` 0..1 of its size; below a twentieth it is gone. */
export function drawMess(canvas: Canvas, mess: Mess, scale: number, grown: number): void {
  if (grown < 0.05) return;
  const id = canvas.objects?.add(mess.label, mess.objectId) ?? 0;
  const random = new Random('mess', mess.label, mess.seed);
  canvas.within(mess.x, mess.y, scale, scale, 0, () => {
    canvas.as(id, () =>
      mess.label === 'spill'
        ? drawSpill(canvas, random, mess.size * Math.sqrt(grown))
        : drawLitter(canvas, random, mess.size),
    );
  });
}

function drawSpill(canvas: Canvas, random: Random, size: number): void {
  if (random.chance(0.3)) drawPowder(canvas, random, size);
  else drawLiquid(canvas, random, size);
}

function drawLiquid(canvas: Canvas, random: Random, size: number): void {
  const colour = vary(random, random.pick(LIQUIDS), 10);
  const clear = random.chance(0.22);
  const shape = blob(random, 14, random.between(0.16, 0.32));
  const turn = random.between(0, 3);
  const lie = (k: number, dx: number, dy: number): Path =>
    smooth(placed(placed(shape, 0, 0, 1, 1, turn), dx, dy, size * k, size * k * FLAT), 3);
  const body = clear ? mix(colour, [46, 54, 62], 0.75) : colour;
  const alpha = clear ? 0.72 : random.between(0.86, 0.97);
  canvas.as(NOBODY, () => canvas.fill(lie(1.03, 0, 1.6), solid([0, 0, 0], 0.3)));
  canvas.fill(
    lie(1, 0, 0),
    linear(
      [0, -size * FLAT, 0, size * FLAT],
      [
        [0, shade(body, 1.12), alpha],
        [1, shade(body, 0.86), alpha],
      ],
      { tile: CLOUD, amount: 14, x: 0, y: 0 },
    ),
  );
  canvas.as(NOBODY, () => {
    canvas.fill(lie(0.86, size * 0.02, size * 0.02), solid(shade(body, 0.9), 0.3));
    const shine: Rgb = [255, 255, 255];
    for (let i = random.integer(1, 3); i > 0; i -= 1) {
      const [gx, gy] = [random.between(-0.5, 0.3) * size, random.between(-0.5, 0.2) * size * FLAT];
      canvas.fill(
        smooth(
          placed(
            blob(random, 8, 0.3),
            gx,
            gy,
            size * random.between(0.1, 0.26),
            size * random.between(0.03, 0.07),
            -0.2,
          ),
          3,
        ),
        solid(shine, clear ? 0.75 : 0.6),
      );
    }
  });
  for (let i = random.integer(2, 7); i > 0; i -= 1) {
    const a = random.between(0, Math.PI * 2);
    const away = random.between(1.05, 1.25);
    const r = size * random.between(0.04, 0.13);
    canvas.fill(ellipse(Math.cos(a) * size * away, Math.sin(a) * size * FLAT * away, r, r * 0.6), solid(body, alpha));
  }
}

function drawPowder(canvas: Canvas, random: Random, size: number): void {
  const colour = vary(random, random.pick(POWDERS), 8);
  const shape = blob(random, 12, 0.25);
  const texture = { tile: FINE, amount: 90, x: 0, y: 0 };
  canvas.as(NOBODY, () => canvas.glow(0, 2, size * 1.25, size * 1.2 * FLAT, colour, 0.55));
  canvas.fill(smooth(placed(shape, 0, 0, size, size * FLAT), 3), solid(shade(colour, 0.86), 0.9, texture));
  canvas.fill(
    smooth(placed(shape, 0, -size * 0.06, size * 0.7, size * 0.62 * FLAT, 0.5), 3),
    solid(colour, 0.9, texture),
  );
  canvas.fill(
    smooth(placed(shape, -size * 0.06, -size * 0.13, size * 0.36, size * 0.34 * FLAT, 1), 3),
    solid(shade(colour, 1.08), 0.9, texture),
  );
  for (let i = 0; i < 26; i += 1) {
    const a = random.between(0, Math.PI * 2);
    const away = random.between(0.9, 1.3);
    const grain = ellipse(
      Math.cos(a) * size * away,
      Math.sin(a) * size * FLAT * away,
      random.between(0.8, 2.2),
      random.between(0.6, 1.5),
    );
    canvas.as(NOBODY, () => canvas.fill(grain, solid(colour, 0.9)));
  }
}
