import {
  type Canvas,
  CLOUD,
  ellipse,
  FINE,
  hsv,
  linear,
  NOBODY,
  type Path,
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

/** A floor seen from a camera under the ceiling, with machines along its far edge. */
export interface FloorHall {
  readonly floor: Rgb;
  readonly joints: number | undefined;
  /** Where machines end and floor begins. */
  readonly edge: number;
  readonly marks: readonly {
    readonly kind: 'lane' | 'zone' | 'arrow' | 'hatch' | 'drain' | 'cable';
    readonly x: number;
    readonly y: number;
    readonly size: number;
    readonly colour: Rgb;
  }[];
  readonly machines: readonly {
    readonly x: number;
    readonly width: number;
    readonly drop: number;
    readonly colour: Rgb;
  }[];
  /** Soft dark and bright patches that are light, not dirt. */
  readonly lights: readonly {
    readonly x: number;
    readonly y: number;
    readonly rx: number;
    readonly ry: number;
    readonly alpha: number;
    readonly bright: boolean;
  }[];
  readonly wear: number;
}

const FLOORS: readonly [Rgb, ...Rgb[]] = [
  [138, 144, 142],
  [112, 128, 118],
  [150, 144, 132],
  [104, 116, 130],
  [126, 104, 92],
  [166, 166, 160],
  [86, 92, 96],
];
const MARKS: readonly [Rgb, ...Rgb[]] = [
  [226, 188, 44],
  [226, 188, 44],
  [232, 232, 228],
  [190, 52, 44],
  [50, 96, 170],
];

/** Scale of a thing at height y in the frame. */
export function floorScale(y: number): number {
  return 0.62 + (0.5 * (y - 100)) / 240;
}

export function floorHall(random: Random, variety: Variety): FloorHall {
  const free = variety === 'training';
  const wild = free && random.chance(0.25);
  const edge = free ? random.between(20, 110) : 74;
  const machines = [];
  for (let x = -80; x < 720; ) {
    const width = random.between(70, 200);
    const colour = random.chance(0.7)
      ? vary(random, [140, 146, 152], 22)
      : hsv(random.between(0, 360), random.between(0.2, 0.6), random.between(0.35, 0.8));
    machines.push({ x, width, drop: random.between(-12, 16), colour });
    x += width + random.pick([0, 4, 50, 110]);
  }
  const marks = [];
  for (let i = random.integer(1, free ? 5 : 4); i > 0; i -= 1) {
    const kind = random.pick<FloorHall['marks'][number]['kind']>([
      'lane',
      'lane',
      'zone',
      'arrow',
      'hatch',
      'drain',
      'cable',
    ]);
    marks.push({
      kind,
      x: random.between(30, 600),
      y: random.between(edge + 40, 340),
      size: random.between(40, 120),
      colour: vary(random, random.pick(MARKS), 10),
    });
  }
  const lights = [];
  for (let i = random.integer(1, 5); i > 0; i -= 1) {
    const bright = random.chance(0.5);
    lights.push({
      x: random.between(0, 640),
      y: random.between(edge, 350),
      rx: random.between(40, 190),
      ry: random.between(16, 80),
      alpha: bright ? random.between(0.12, 0.4) : random.between(0.15, 0.45),
      bright,
    });
  }
  return {
    floor: wild
      ? hsv(random.between(0, 360), random.between(0, 0.4), random.between(0.25, 0.8))
      : vary(random, random.pick(FLOORS), 12),
    joints: random.chance(0.6) ? random.between(50, 120) : undefined,
    edge,
    marks,
    machines,
    lights,
    wear: random.between(8, 26),
  };
}

/** A rectangle lying on the floor, drawn with the picture's perspective (far lines are shorter). */
function lying(x: number, y: number, width: number, depth: number): Path {
  const at = (px: number, py: number): [number, number] => [320 + (px - 320) * (0.6 + (0.4 * py) / 340), py];
  return [...at(x, y), ...at(x + width, y), ...at(x + width, y + depth), ...at(x, y + depth)];
}

export function drawFloorHall(canvas: Canvas, hall: FloorHall): void {
  canvas.owner = SCENERY;
  const { floor, edge } = hall;
  canvas.fill(
    rectangle(-300, -300, 1240, 1000),
    linear(
      [0, edge, 0, 360],
      [
        [0, shade(floor, 0.84)],
        [1, shade(floor, 1.08)],
      ],
      { tile: CLOUD, amount: hall.wear, x: 0, y: 0 },
    ),
  );
  canvas.fill(rectangle(-300, -300, 1240, 1000), solid(floor, 0.4, { tile: FINE, amount: hall.wear, x: 0, y: 0 }));
  if (hall.joints !== undefined) {
    for (let i = -14; i < 22; i += 1) canvas.fill(lying(i * hall.joints, -40, 1.8, 500), solid(shade(floor, 0.7), 0.6));
    for (let i = 0; i < 10; i += 1)
      canvas.fill(
        rectangle(-300, edge + 6 + i * hall.joints * 0.42 + i * i * 1.6, 1240, 1.5),
        solid(shade(floor, 0.7), 0.6),
      );
  }
  for (const mark of hall.marks) drawMark(canvas, mark, floor);
  for (const light of hall.lights) {
    canvas.as(NOBODY, () =>
      canvas.glow(light.x, light.y, light.rx, light.ry, light.bright ? [250, 250, 244] : [8, 9, 12], light.alpha),
    );
  }
  canvas.as(NOBODY, () => canvas.glow(320, edge - 10, 700, 60, [0, 0, 0], 0.4));
  for (const machine of hall.machines) drawMachine(canvas, machine, edge);
}

function drawMark(canvas: Canvas, mark: FloorHall['marks'][number], floor: Rgb): void {
  const paint = solid(mark.colour, 0.85, { tile: SPECKLE, amount: 34, x: 0, y: 0 });
  const { x, y, size } = mark;
  switch (mark.kind) {
    case 'lane':
      if (size < 80) canvas.fill(lying(x, -40, 13, 500), paint);
      else canvas.fill(rectangle(-300, y, 1240, 9), paint);
      break;
    case 'zone':
      canvas.fill(lying(x, y, size * 1.6, 5), paint);
      canvas.fill(lying(x, y + size * 0.6, size * 1.6, 6), paint);
      canvas.fill(lying(x, y, 8, size * 0.6), paint);
      canvas.fill(lying(x + size * 1.6 - 8, y, 8, size * 0.6), paint);
      break;
    case 'arrow':
      canvas.fill(lying(x, y, size * 0.7, 11), paint);
      canvas.fill([x + size * 0.62, y - 12, x + size * 0.95, y + 6, x + size * 0.62, y + 22], paint);
      break;
    case 'hatch':
      for (let i = 0; i < 7; i += 1)
        canvas.fill([x + i * 20, y, x + i * 20 + 10, y, x + i * 20 - 6, y + 22, x + i * 20 - 16, y + 22], paint);
      break;
    case 'drain':
      canvas.fill(rectangle(x, y, 56, 24), solid([96, 100, 104]));
      for (let i = 0; i < 6; i += 1) canvas.fill(rectangle(x + 5 + i * 8.4, y + 4, 4, 16), solid([34, 36, 38]));
      break;
    case 'cable':
      for (let i = 0; i < 14; i += 1)
        canvas.fill(ellipse(x + i * 13, y + Math.sin(i * 0.9) * 7, 9, 3.4), solid(shade(floor, 0.4)));
      break;
  }
}

function drawMachine(canvas: Canvas, machine: FloorHall['machines'][number], edge: number): void {
  const { x, width, colour } = machine;
  const low = edge + machine.drop;
  canvas.fill(
    rectangle(x, -300, width, low + 300),
    linear(
      [0, low - 90, 0, low],
      [
        [0, shade(colour, 1.05)],
        [0.8, shade(colour, 0.8)],
        [1, shade(colour, 0.5)],
      ],
      { tile: CLOUD, amount: 10, x, y: 0 },
    ),
  );
  canvas.fill(rectangle(x, -300, 3, low + 300), solid(shade(colour, 1.3), 0.6));
  canvas.fill(rectangle(x, low - 7, width, 7), solid([40, 42, 46]));
  for (const foot of [x + 8, x + width - 20]) canvas.fill(rectangle(foot, low - 2, 12, 7), solid([30, 32, 34]));
  for (let i = 0; i < 4; i += 1)
    canvas.fill(rectangle(x + width * 0.25, low - 24 - i * 7, width * 0.5, 3), solid(shade(colour, 0.55)));
}
