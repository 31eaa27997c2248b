import {
  arcBand,
  blob,
  type Canvas,
  ellipse,
  FINE,
  linear,
  mix,
  NOBODY,
  placed,
  Random,
  rectangle,
  type Rgb,
  shade,
  smooth,
  solid,
  SPECKLE,
  stroke,
} from '../../raster/index.ts';
import { type Bottle, halfAt } from './bottle.ts';

const DARK: Rgb = [16, 13, 12];

interface Dent {
  readonly side: 1 | -1;
  readonly level: number;
  readonly reach: number;
  readonly depth: number;
}

function dentOf(bottle: Bottle): Dent | undefined {
  if (bottle.defect?.kind !== 'dent') return undefined;
  const random = new Random('dent', bottle.defect.seed);
  const depth = bottle.half * random.between(0.42, 0.62);
  return { side: random.sign(), level: random.between(0.24, 0.44), reach: random.between(0.1, 0.14), depth };
}

/** How far the wall is pushed in at a height: above 0 on the right side, below 0 on the left. */
export function dentAt(bottle: Bottle, level: number): number {
  const dent = dentOf(bottle);
  if (!dent) return 0;
  const away = Math.abs(level - dent.level) / dent.reach;
  return away >= 1 ? 0 : dent.side * dent.depth * (1 - away * away) ** 1.5;
}

/** Paints what is wrong with the wall or the label; the owner is the defect. */
export function drawDefect(canvas: Canvas, bottle: Bottle): void {
  const defect = bottle.defect;
  if (!defect) return;
  const random = new Random('defect', defect.kind, defect.seed);
  switch (defect.kind) {
    case 'crack':
      return drawCrack(canvas, bottle, random);
    case 'stain':
      return drawStain(canvas, bottle, random);
    case 'torn_label':
      return drawTear(canvas, bottle, random);
    case 'dent':
      return drawDent(canvas, bottle);
    case 'missing_cap':
      return;
  }
}

function drawCrack(canvas: Canvas, bottle: Bottle, random: Random): void {
  const level = random.between(0.2, 0.52);
  const x0 = random.between(-0.25, 0.25) * bottle.half;
  const y0 = -level * bottle.height;
  const reach = bottle.half * random.between(0.7, 0.95);
  const arms = random.integer(4, 6);
  const start = random.between(0, Math.PI * 2);
  for (let arm = 0; arm < arms; arm += 1) {
    let angle = start + (Math.PI * 2 * arm) / arms + random.between(-0.35, 0.35);
    let [x, y] = [x0, y0];
    const length = reach * random.between(0.55, 1.05);
    for (let piece = 0; piece < 4; piece += 1) {
      angle += random.between(-0.6, 0.6);
      const wide = 3.6 - piece * 0.6;
      const limit = halfAt(bottle, Math.max(0.03, -y / bottle.height)) * 0.9;
      const nx = Math.max(-limit, Math.min(limit, x + Math.cos(angle) * length * 0.25));
      const ny = Math.min(-6, y + Math.sin(angle) * length * 0.3);
      canvas.as(NOBODY, () => canvas.fill(stroke(x + 1.6, y + 1, nx + 1.6, ny + 1, wide), solid([250, 250, 250], 0.5)));
      canvas.fill(stroke(x, y, nx, ny, wide), solid(DARK, 0.94));
      [x, y] = [nx, ny];
    }
  }
  const chip = placed(blob(random, 7, 0.35), x0, y0, reach * 0.2, reach * 0.2);
  canvas.fill(chip, solid(DARK, 0.95));
}

function drawStain(canvas: Canvas, bottle: Bottle, random: Random): void {
  const level = random.between(0.16, 0.56);
  const colour = random.pick<Rgb>([
    [34, 22, 14],
    [22, 20, 20],
    [52, 30, 12],
    [30, 34, 18],
  ]);
  const size = bottle.half * random.between(0.36, 0.62);
  const space = Math.max(0, halfAt(bottle, level) - size * 1.1);
  const [x, y] = [random.between(-1, 1) * space, -level * bottle.height];
  const shape = smooth(placed(blob(random, 10, 0.34), x, y, size, size * random.between(0.7, 1.15)), 3);
  canvas.fill(shape, solid(colour, 0.93, { tile: SPECKLE, amount: 26, x, y }));
  if (random.chance(0.6))
    canvas.fill(stroke(x, y, x + random.between(-2, 2), y + size * 1.5, size * 0.28), solid(colour, 0.9));
  for (let i = random.integer(1, 4); i > 0; i -= 1) {
    const a = random.between(0, Math.PI * 2);
    const r = size * random.between(0.08, 0.18);
    const limit = halfAt(bottle, level) * 0.9;
    const dx = Math.max(-limit, Math.min(limit, x + Math.cos(a) * size * 1.3));
    canvas.fill(ellipse(dx, Math.min(-4, y + Math.sin(a) * size * 1.2), r, r), solid(colour, 0.9));
  }
}

/** A piece of the label gone: rough grey glue below, a white paper edge and a curled corner. */
function drawTear(canvas: Canvas, bottle: Bottle, random: Random): void {
  const label = bottle.label;
  if (!label) return;
  const side = random.sign();
  const half = halfAt(bottle, label.to);
  const high = -label.to * bottle.height - 1;
  const tall = (label.to - label.from) * bottle.height;
  const inner = half * random.between(-0.1, 0.25);
  const deep = tall * random.between(0.62, 0.92);
  const edge: number[] = [side * half * 0.98, high, side * inner, high];
  for (let i = 1; i <= 6; i += 1) {
    const t = i / 6;
    edge.push(
      side * (inner + (half * 0.98 - inner) * t ** 1.2 + random.between(-4, 3) * (1 - t)),
      high + deep * t + random.between(-3, 3),
    );
  }
  const under = mix(bottle.body, [122, 112, 98], 0.55);
  canvas.fill(edge, solid([252, 250, 244]));
  const inside = placed(edge, side * 3.4, -1.5, 1, 0.98);
  canvas.fill(
    inside.map((v, i) => (i % 2 === 0 ? Math.max(-half, Math.min(half, v)) : Math.max(high, v))),
    solid(shade(under, 0.72), 1, { tile: FINE, amount: 60, x: 0, y: 0 }),
  );
  const [cx, cy] = [side * inner, high + 1];
  canvas.fill([cx, cy, cx - side * 13, cy + 5, cx - side * 5, cy + 15, cx + side * 3, cy + 12], solid([250, 248, 240]));
  canvas.fill([cx - side * 13, cy + 5, cx - side * 5, cy + 15, cx - side * 12, cy + 13], solid([120, 116, 108], 0.8));
}

/** The pushed-in wall: a dark crease along the hollow's edge, fading inwards, with bright folds above and below. */
function drawDent(canvas: Canvas, bottle: Bottle): void {
  const dent = dentOf(bottle);
  if (!dent) return;
  const { side, level, reach, depth } = dent;
  const edge: number[] = [];
  const inner: [number, number][] = [];
  for (let i = 0; i <= 16; i += 1) {
    const at = level + reach * (i / 8 - 1) * 0.98;
    const x = halfAt(bottle, at) - Math.abs(dentAt(bottle, at));
    const deep = 3 + depth * 0.75 * (1 - (i / 8 - 1) ** 2);
    edge.push(side * x, -at * bottle.height);
    inner.push([side * (x - deep), -at * bottle.height]);
  }
  const rim = halfAt(bottle, level) - depth;
  const line = [side * (rim - depth * 0.8), 0, side * rim, 0] as const;
  canvas.fill(
    [...edge, ...inner.reverse().flat()],
    linear(line, [
      [0, DARK, 0.3],
      [0.6, DARK, 0.75],
      [1, DARK, 0.9],
    ]),
  );
  canvas.as(NOBODY, () => {
    for (const k of [-1, 1]) {
      const y = -(level + k * reach * 0.55) * bottle.height;
      canvas.fill(
        stroke(side * (rim - depth * 0.75), y + k * 5, side * (rim + depth * 0.3), y - k * 3, 2),
        solid([255, 255, 255], 0.6),
      );
    }
  });
}

/** The bare finish of a bottle without its cap: thread, support ring and the dark mouth. */
export function drawOpenNeck(canvas: Canvas, bottle: Bottle): void {
  const half = halfAt(bottle, 0.97);
  const top = -bottle.height * 1.0;
  const tall = bottle.height * (bottle.cap.height + 0.02);
  const base = mix(bottle.body, [235, 235, 232], 0.35);
  const wall = linear(
    [-half, 0, half, 0],
    [
      [0, shade(base, 0.5)],
      [0.3, shade(base, 1.1)],
      [1, shade(base, 0.5)],
    ],
  );
  canvas.fill(rectangle(-half, top, half * 2, tall), wall);
  for (const at of [0.28, 0.5, 0.72]) {
    canvas.fill(
      stroke(-half * 1.04, top + tall * at + 1.5, half * 1.04, top + tall * at - 1.5, 2.2),
      solid(shade(base, 0.55)),
    );
  }
  canvas.fill(rectangle(-half * 1.18, top + tall * 0.9, half * 2.36, 3.5), solid(shade(base, 0.7)));
  canvas.fill(ellipse(0, top, half * 1.02, half * 0.36), solid(shade(base, 1.2)));
  canvas.fill(ellipse(0, top, half * 0.82, half * 0.26), solid(DARK));
  canvas.fill(arcBand(0, top, half * 0.82, half * 0.26, 0.3, 2.2), solid(shade(base, 0.5), 0.6));
}
