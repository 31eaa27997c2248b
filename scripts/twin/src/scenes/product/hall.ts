import {
  type Canvas,
  CLOUD,
  ellipse,
  FINE,
  hsv,
  linear,
  NOBODY,
  type Random,
  rectangle,
  type Rgb,
  SCENERY,
  shade,
  solid,
  SPECKLE,
  stroke,
  vary,
} from '../../raster/index.ts';
import type { Variety } from '../view.ts';

/** What stands still around the belt. */
export interface ProductHall {
  readonly wall: Rgb;
  readonly panel: number;
  readonly steel: Rgb;
  readonly belt: Rgb;
  /** Height of the bottles' feet. */
  readonly foot: number;
  readonly rail: number | undefined;
  readonly clutter: readonly Clutter[];
  readonly lamp: { readonly x: number; readonly y: number; readonly strength: number };
}

interface Clutter {
  readonly kind: 'box' | 'post' | 'pipe' | 'lamp';
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: Rgb;
}

const WALLS: readonly [Rgb, ...Rgb[]] = [
  [168, 178, 184],
  [196, 196, 188],
  [120, 134, 146],
  [148, 160, 150],
  [92, 100, 112],
];

export function productHall(random: Random, variety: Variety): ProductHall {
  const free = variety === 'training';
  const wild = free && random.chance(0.4);
  const wall = wild
    ? hsv(random.between(0, 360), random.between(0, 0.4), random.between(0.25, 0.9))
    : vary(random, random.pick(WALLS), 14);
  const clutter: Clutter[] = [];
  for (let i = random.integer(3, free ? 9 : 6); i > 0; i -= 1) {
    const colour = random.chance(0.6)
      ? vary(random, [120, 124, 128], 30)
      : hsv(random.between(0, 360), random.between(0.2, 0.8), random.between(0.3, 0.85));
    const kind = random.pick<Clutter['kind']>(['box', 'post', 'pipe', 'lamp']);
    clutter.push({
      kind,
      x: random.between(-60, 700),
      y: random.between(10, 200),
      size: random.between(14, 70),
      colour,
    });
  }
  return {
    wall,
    panel: random.between(70, 180),
    steel: vary(random, [150, 154, 158], 16),
    belt: vary(
      random,
      random.pick<Rgb>([
        [58, 62, 68],
        [40, 84, 128],
        [72, 76, 74],
        [46, 98, 84],
      ]),
      10,
    ),
    foot: free ? random.between(268, 306) : 288,
    rail: random.chance(free ? 0.6 : 1) ? random.between(62, 92) : undefined,
    clutter,
    lamp: { x: random.between(60, 580), y: random.between(-20, 90), strength: random.between(0.1, 0.32) },
  };
}

/** Paints everything behind the bottles. */
export function drawProductHall(canvas: Canvas, hall: ProductHall): void {
  canvas.owner = SCENERY;
  const { wall, foot } = hall;
  canvas.fill(
    rectangle(-300, -200, 1240, 760),
    linear(
      [0, 0, 0, 300],
      [
        [0, shade(wall, 1.08)],
        [1, shade(wall, 0.8)],
      ],
      { tile: CLOUD, amount: 14, x: 0, y: 0 },
    ),
  );
  for (let x = -300 + (hall.panel % 37); x < 940; x += hall.panel) {
    canvas.fill(rectangle(x, -200, 2.5, 500), solid(shade(wall, 0.7), 0.7));
    canvas.fill(rectangle(x + 2.5, -200, 1.5, 500), solid(shade(wall, 1.3), 0.5));
  }
  for (const item of hall.clutter) drawClutter(canvas, item, foot);
  canvas.as(NOBODY, () => canvas.glow(hall.lamp.x, hall.lamp.y, 320, 220, [255, 252, 240], hall.lamp.strength));
  drawConveyor(canvas, hall);
}

function drawClutter(canvas: Canvas, item: Clutter, foot: number): void {
  const { x, y, size, colour } = item;
  switch (item.kind) {
    case 'box':
      canvas.fill(
        rectangle(x, y, size * 1.3, size),
        linear(
          [x, y, x, y + size],
          [
            [0, shade(colour, 1.1)],
            [1, shade(colour, 0.7)],
          ],
          { tile: SPECKLE, amount: 12, x, y },
        ),
      );
      canvas.fill(rectangle(x + size * 0.15, y + size * 0.2, size * 0.5, size * 0.18), solid(shade(colour, 0.5)));
      canvas.fill(ellipse(x + size * 1.05, y + size * 0.3, 3, 3), solid([70, 210, 90]));
      break;
    case 'post':
      canvas.fill(
        rectangle(x, -200, size * 0.28, foot + 220),
        linear(
          [x, 0, x + size * 0.28, 0],
          [
            [0, shade(colour, 0.6)],
            [0.35, shade(colour, 1.2)],
            [1, shade(colour, 0.55)],
          ],
        ),
      );
      break;
    case 'pipe':
      canvas.fill(
        rectangle(-300, y, 1240, size * 0.2),
        linear(
          [0, y, 0, y + size * 0.2],
          [
            [0, shade(colour, 0.7)],
            [0.3, shade(colour, 1.25)],
            [1, shade(colour, 0.5)],
          ],
        ),
      );
      break;
    case 'lamp':
      canvas.fill(rectangle(x, y * 0.3, size * 1.6, size * 0.14), solid([250, 250, 242]));
      canvas.as(NOBODY, () => canvas.glow(x + size * 0.8, y * 0.3, size * 1.6, size, [255, 255, 250], 0.3));
      break;
  }
}

function drawConveyor(canvas: Canvas, hall: ProductHall): void {
  const { foot, steel } = hall;
  if (hall.rail !== undefined) {
    const y = foot - hall.rail;
    canvas.fill(
      rectangle(-300, y, 1240, 6),
      linear(
        [0, y, 0, y + 6],
        [
          [0, shade(steel, 1.2)],
          [1, shade(steel, 0.55)],
        ],
      ),
    );
    for (let x = -280; x < 940; x += 160) canvas.fill(rectangle(x, y, 7, hall.rail), solid(shade(steel, 0.62)));
  }
  canvas.fill(
    rectangle(-300, foot - 12, 1240, 26),
    linear(
      [0, foot - 12, 0, foot + 14],
      [
        [0, shade(hall.belt, 0.7)],
        [1, shade(hall.belt, 1.15)],
      ],
      { tile: FINE, amount: 14, x: 0, y: 0 },
    ),
  );
  canvas.fill(
    rectangle(-300, foot + 14, 1240, 300),
    linear(
      [0, foot + 14, 0, foot + 80],
      [
        [0, shade(steel, 0.95)],
        [0.3, shade(steel, 0.75)],
        [1, shade(steel, 0.4)],
      ],
      { tile: CLOUD, amount: 18, x: 0, y: 0 },
    ),
  );
  canvas.fill(rectangle(-300, foot + 14, 1240, 2.5), solid(shade(steel, 1.35)));
  for (let x = -290; x < 940; x += 58) {
    canvas.fill(ellipse(x, foot + 34, 6, 6), solid(shade(steel, 0.45)));
    canvas.fill(ellipse(x - 1, foot + 33, 3, 3), solid(shade(steel, 1.1)));
  }
  for (let x = -250; x < 940; x += 232) canvas.fill(rectangle(x, foot + 50, 26, 300), solid(shade(steel, 0.5)));
}

/** The belt's links, which travel with the bottles. `shift` in units. */
export function drawBeltLinks(canvas: Canvas, hall: ProductHall, shift: number): void {
  const pitch = 22;
  for (let x = -200 + (shift % pitch); x < 840; x += pitch) {
    canvas.fill(stroke(x + 3, hall.foot - 12, x, hall.foot + 14, 1.6), solid(shade(hall.belt, 0.55), 0.8));
  }
}
