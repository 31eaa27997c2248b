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
  vary,
} from '../../raster/index.ts';
import type { Variety } from '../view.ts';

/** A table people stand behind; its front hides their legs. */
export interface Table {
  readonly x: number;
  readonly width: number;
  /** Height of its feet on the picture. */
  readonly foot: number;
  readonly height: number;
  readonly colour: Rgb;
  readonly goods: readonly { readonly x: number; readonly size: number; readonly colour: Rgb }[];
}

export interface PeopleHall {
  readonly wall: Rgb;
  readonly floor: Rgb;
  /** Where wall meets floor. */
  readonly horizon: number;
  readonly door: number;
  readonly things: readonly {
    readonly kind: 'shelf' | 'window' | 'poster' | 'machine' | 'drum';
    readonly x: number;
    readonly colour: Rgb;
    readonly size: number;
  }[];
  readonly tables: readonly Table[];
  readonly lamps: number;
}

/** Body height (units) of somebody whose feet are at y, in this hall. */
export function bodyHeight(hall: PeopleHall, y: number): number {
  return 128 + (y - hall.horizon) * 0.86;
}

function makeTable(random: Random, x: number, width: number, foot: number): Table {
  const goods = [];
  for (let gx = x + 10; gx < x + width - 30; gx += random.between(26, 90)) {
    goods.push({
      x: gx,
      size: random.between(12, 28),
      colour: random.chance(0.5)
        ? vary(random, [196, 158, 108], 12)
        : hsv(random.between(0, 360), random.between(0.2, 0.7), random.between(0.5, 0.9)),
    });
  }
  return { x, width, foot, height: 66, colour: vary(random, [176, 180, 184], 12), goods };
}

export function peopleHall(random: Random, variety: Variety): PeopleHall {
  const free = variety === 'training';
  const horizon = free ? random.between(150, 200) : 178;
  const wild = free && random.chance(0.3);
  const wall = wild
    ? hsv(random.between(0, 360), random.between(0, 0.35), random.between(0.3, 0.95))
    : vary(
        random,
        random.pick<Rgb>([
          [206, 210, 206],
          [188, 200, 208],
          [214, 206, 188],
          [168, 184, 176],
        ]),
        10,
      );
  const floor = vary(
    random,
    random.pick<Rgb>([
      [128, 136, 132],
      [150, 142, 130],
      [106, 122, 132],
      [116, 134, 116],
    ]),
    12,
  );
  const things: PeopleHall['things'][number][] = [];
  for (let x = random.between(-60, 40); x < 680; x += random.between(70, 190)) {
    const colour = random.chance(0.5)
      ? vary(random, [140, 148, 156], 24)
      : hsv(random.between(0, 360), random.between(0.2, 0.7), random.between(0.35, 0.8));
    things.push({
      kind: random.pick(['shelf', 'window', 'poster', 'machine', 'drum']),
      x,
      colour,
      size: random.between(40, 100),
    });
  }
  const tables = free ? [] : [makeTable(random, 150, 320, 284)];
  if (free && random.chance(0.75)) {
    const width = random.between(140, 420);
    tables.push(makeTable(random, random.between(-40, 640 - width), width, random.between(horizon + 70, 330)));
  }
  return { wall, floor, horizon, door: random.pick([-200, 30, 560]), things, tables, lamps: random.integer(1, 4) };
}

export function drawPeopleHall(canvas: Canvas, hall: PeopleHall): void {
  canvas.owner = SCENERY;
  const { wall, floor, horizon } = hall;
  canvas.fill(
    rectangle(-300, -300, 1240, horizon + 300),
    linear(
      [0, -40, 0, horizon],
      [
        [0, shade(wall, 0.86)],
        [0.5, wall],
        [1, shade(wall, 0.84)],
      ],
      { tile: CLOUD, amount: 12, x: 0, y: 0 },
    ),
  );
  canvas.fill(
    rectangle(-300, horizon, 1240, 600),
    linear(
      [0, horizon, 0, 380],
      [
        [0, shade(floor, 0.86)],
        [1, shade(floor, 1.1)],
      ],
      { tile: SPECKLE, amount: 12, x: 0, y: 0 },
    ),
  );
  for (let i = 0; i < 7; i += 1) {
    const y = horizon + 9 * i + 4.5 * i * i;
    canvas.fill(rectangle(-300, y, 1240, 1 + i * 0.25), solid(shade(floor, 0.74), 0.6));
  }
  for (let i = -14; i <= 14; i += 1)
    canvas.fill(
      [320 + i * 44, horizon, 321 + i * 44, horizon, 322 + i * 120, 420, 320 + i * 120, 420],
      solid(shade(floor, 0.74), 0.5),
    );
  canvas.fill(rectangle(-300, horizon - 10, 1240, 10), solid(shade(wall, 0.55)));
  canvas.fill(rectangle(hall.door, horizon - 128, 62, 128), solid(shade(wall, 0.62)));
  canvas.fill(
    rectangle(hall.door + 4, horizon - 124, 54, 124),
    linear(
      [hall.door, 0, hall.door + 60, 0],
      [
        [0, [96, 110, 120]],
        [1, [132, 146, 154]],
      ],
    ),
  );
  for (const thing of hall.things) drawThing(canvas, thing, horizon);
  for (let i = 0; i < hall.lamps; i += 1) {
    const x = 90 + i * 170;
    canvas.fill([x, 6, x + 92, 6, x + 86, 14, x + 6, 14], solid([252, 252, 246]));
    canvas.as(NOBODY, () => canvas.glow(x + 46, 12, 150, 80, [255, 255, 248], 0.3));
    canvas.as(NOBODY, () => canvas.glow(x + 46, horizon + 80, 110, 40, [255, 255, 248], 0.18));
  }
}

function drawThing(canvas: Canvas, thing: PeopleHall['things'][number], horizon: number): void {
  const { x, colour, size } = thing;
  const sides = linear(
    [x, 0, x + size, 0],
    [
      [0, shade(colour, 1.05)],
      [1, shade(colour, 0.68)],
    ],
    { tile: SPECKLE, amount: 8, x, y: 0 },
  );
  switch (thing.kind) {
    case 'shelf':
      for (let i = 0; i < 3; i += 1) {
        const y = horizon - 40 - i * 36;
        for (let bx = 2; bx < size - 14; bx += 19)
          canvas.fill(
            rectangle(x + bx, y - 16 - ((bx * 7) % 9), 15, 16 + ((bx * 7) % 9)),
            solid(shade(colour, 0.7 + ((bx * 13) % 10) / 16)),
          );
        canvas.fill(rectangle(x, y, size, 4), solid([96, 100, 104]));
      }
      canvas.fill(rectangle(x, horizon - 130, 3, 130), solid([90, 94, 98]));
      canvas.fill(rectangle(x + size - 3, horizon - 130, 3, 130), solid([90, 94, 98]));
      break;
    case 'window':
      canvas.fill(rectangle(x, horizon - 138, size, 62), solid([110, 116, 120]));
      canvas.fill(
        rectangle(x + 4, horizon - 134, size - 8, 54),
        linear(
          [x, horizon - 134, x + size, horizon - 80],
          [
            [0, [198, 220, 232]],
            [1, [150, 176, 192]],
          ],
        ),
      );
      break;
    case 'poster':
      canvas.fill(rectangle(x, horizon - 116, 34, 46), solid([240, 240, 234]));
      canvas.fill(rectangle(x + 5, horizon - 110, 24, 14), solid(colour));
      break;
    case 'machine':
      canvas.fill(rectangle(x, horizon - 84, size, 96), sides);
      canvas.fill(rectangle(x + size * 0.15, horizon - 70, size * 0.4, 22), solid([30, 44, 52]));
      canvas.fill(ellipse(x + size * 0.75, horizon - 60, 4, 4), solid([220, 60, 50]));
      break;
    case 'drum':
      canvas.fill(rectangle(x, horizon - 46, 36, 56), sides);
      canvas.fill(ellipse(x + 18, horizon - 46, 18, 5), solid(shade(colour, 1.15)));
      break;
  }
}

/** Paints a table in front of whoever is behind it. */
export function drawTable(canvas: Canvas, table: Table): void {
  canvas.owner = SCENERY;
  const { x, width, foot, height, colour } = table;
  const top = foot - height;
  canvas.fill(
    rectangle(x + 6, top + 12, width - 12, height - 12),
    linear(
      [0, top, 0, foot],
      [
        [0, shade(colour, 0.62)],
        [1, shade(colour, 0.42)],
      ],
      { tile: FINE, amount: 8, x, y: top },
    ),
  );
  for (const leg of [x + 4, x + width - 12]) canvas.fill(rectangle(leg, top + 8, 8, height), solid(shade(colour, 0.8)));
  canvas.fill(
    [x + 10, top - 10, x + width - 10, top - 10, x + width, top + 8, x, top + 8],
    linear(
      [x, 0, x + width, 0],
      [
        [0, shade(colour, 0.95)],
        [0.4, shade(colour, 1.15)],
        [1, shade(colour, 0.85)],
      ],
    ),
  );
  canvas.fill(rectangle(x, top + 8, width, 5), solid(shade(colour, 0.7)));
  for (const item of table.goods) {
    canvas.fill(
      rectangle(item.x, top - item.size + 2, item.size * 1.2, item.size),
      linear(
        [item.x, 0, item.x + item.size, 0],
        [
          [0, shade(item.colour, 1.08)],
          [1, shade(item.colour, 0.7)],
        ],
      ),
    );
    canvas.fill(
      rectangle(item.x, top - item.size * 0.7, item.size * 1.2, item.size * 0.16),
      solid(shade(item.colour, 0.6)),
    );
  }
}
