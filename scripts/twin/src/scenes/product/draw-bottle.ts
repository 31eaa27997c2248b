import {
  arcBand,
  type Canvas,
  CLOUD,
  ellipse,
  linear,
  mix,
  NOBODY,
  type Paint,
  type Path,
  PLAIN_PEN,
  rectangle,
  type Rgb,
  shade,
  solid,
  SPECKLE,
  type Stop,
  stroke,
} from '../../raster/index.ts';
import { drawPrint } from '../../printing/index.ts';
import { type Bottle, halfAt, type Label, printArea } from './bottle.ts';
import { UNITS } from '../view.ts';
import { dentAt, drawDefect, drawOpenNeck } from './draw-defect.ts';

const WHITE: Rgb = [255, 255, 255];

/** Paints a bottle whose foot stands at (x, foot), and its parts' owners into the object map. */
export function drawBottle(canvas: Canvas, bottle: Bottle, x: number, foot: number, scale: number): void {
  const objects = canvas.objects;
  const body = objects?.add('product', bottle.objectId) ?? 0;
  const part = (label: string): number => objects?.add(label, `${bottle.objectId}/${label}`, body) ?? 0;
  const open = bottle.defect?.kind === 'missing_cap';
  const { slimness } = canvas.pen ?? PLAIN_PEN;
  canvas.within(x, foot, scale * slimness, scale, bottle.lean, () => {
    canvas.as(body, () => {
      drawBody(canvas, bottle);
      if (bottle.label) drawLabel(canvas, bottle, bottle.label);
      if (bottle.print)
        drawPrint(canvas, bottle.print.pack, {
          ...printArea(bottle),
          ...bottle.print,
          passed: (2 * x) / UNITS.width - 1,
        });
    });
    // Where something is printed, reflections are declared.
    if (!bottle.print) canvas.as(NOBODY, () => drawGloss(canvas, bottle));
    if (!open) canvas.as(part('cap'), () => drawCap(canvas, bottle));
    if (bottle.defect)
      canvas.as(part('defect'), () => (open ? drawOpenNeck(canvas, bottle) : drawDefect(canvas, bottle)));
  });
}

/** Both sides of the bottle between two heights (fractions), dented where it is. */
function outline(bottle: Bottle, from: number, to: number): Path {
  const count = Math.max(3, Math.ceil((to - from) * 30));
  const right: number[] = [];
  const left: [number, number][] = [];
  for (let i = 0; i <= count; i += 1) {
    const level = from + ((to - from) * i) / count;
    const half = halfAt(bottle, level);
    const dent = dentAt(bottle, level);
    right.push(half - (dent > 0 ? dent : 0), -level * bottle.height);
    left.push([-half + (dent < 0 ? -dent : 0), -level * bottle.height]);
  }
  return [...right, ...left.reverse().flat()];
}

/** Light on a front: even on a carton. */
function lit(bottle: Bottle, colour: Rgb, half: number, alpha: number, texture?: Paint['texture']): Paint {
  if (bottle.flat !== true) return round(colour, half, alpha, texture);
  const stops: [Stop, ...Stop[]] = [
    [0, shade(colour, 1.06), alpha],
    [0.86, shade(colour, 0.98), alpha],
    [0.87, shade(colour, 0.7), alpha],
    [1, shade(colour, 0.62), alpha],
  ];
  return linear([-half, 0, half, 0], stops, texture);
}

/** Light on a standing cylinder: dark rims, the lamp's band left of the middle. */
function round(colour: Rgb, half: number, alpha: number, texture?: Paint['texture']): Paint {
  const stops: [Stop, ...Stop[]] = [
    [0, shade(colour, 0.52), Math.min(1, alpha + 0.25)],
    [0.12, shade(colour, 0.82), alpha],
    [0.3, shade(colour, 1.16), alpha],
    [0.55, colour, alpha],
    [0.85, shade(colour, 0.74), alpha],
    [1, shade(colour, 0.46), Math.min(1, alpha + 0.25)],
  ];
  return linear([-half, 0, half, 0], stops, texture);
}

function drawBody(canvas: Canvas, bottle: Bottle): void {
  const { half, height } = bottle;
  canvas.fill(outline(bottle, 0, 1), lit(bottle, bottle.body, half, bottle.opacity));
  if (bottle.fill) {
    const tint = mix(bottle.fill.colour, bottle.body, 0.35);
    canvas.fill(outline(bottle, 0.01, bottle.fill.level), round(tint, half, 0.85));
    const surface = halfAt(bottle, bottle.fill.level);
    canvas.fill(ellipse(0, -bottle.fill.level * height, surface * 0.96, 2), solid(shade(tint, 1.3), 0.6));
  }
  canvas.fill(rectangle(-half * 0.9, -3, half * 1.8, 3), solid([10, 10, 12], 0.28));
}

function drawGloss(canvas: Canvas, bottle: Bottle): void {
  const { half, height } = bottle;
  const strength = bottle.opacity < 1 ? 0.5 : 0.28;
  canvas.fill(stroke(-half * 0.55, -height * 0.08, -half * 0.55, -height * 0.58, half * 0.12), solid(WHITE, strength));
  canvas.fill(
    stroke(half * 0.68, -height * 0.1, half * 0.68, -height * 0.5, half * 0.07),
    solid(WHITE, strength * 0.5),
  );
}

function drawLabel(canvas: Canvas, bottle: Bottle, label: Label): void {
  const { half, height } = bottle;
  const low = -label.from * height;
  const high = -label.to * height;
  const tall = low - high;
  canvas.fill(
    outline(bottle, label.from, label.to),
    lit(bottle, label.ground, half, 1, { tile: SPECKLE, amount: 6, x: 0, y: 0 }),
  );
  const ink = round(label.ink, half, 1);
  const band = (from: number, to: number): void => {
    const span = label.to - label.from;
    canvas.fill(outline(bottle, label.from + span * from, label.from + span * to), ink);
  };
  const line = (y: number, width: number, thick: number): void =>
    canvas.fill(rectangle(-half * width, high + tall * y, half * width * 2, thick), ink);
  switch (label.style) {
    case 'bands':
      band(0, 0.16);
      band(0.84, 1);
      line(0.36, 0.6, tall * 0.14);
      line(0.58, 0.4, tall * 0.06);
      break;
    case 'badge':
      canvas.fill(ellipse(0, high + tall * 0.45, half * 0.5, Math.min(half * 0.5, tall * 0.36)), ink);
      canvas.fill(
        ellipse(0, high + tall * 0.45, half * 0.32, Math.min(half * 0.32, tall * 0.22)),
        round(label.ground, half, 1),
      );
      line(0.88, 0.5, tall * 0.05);
      break;
    case 'lines':
      line(0.14, 0.66, tall * 0.16);
      for (let i = 0; i < 4; i += 1) line(0.44 + i * 0.12, 0.55 - (i % 2) * 0.12, Math.max(1.5, tall * 0.035));
      break;
    case 'plain':
      band(0.42, 0.62);
      break;
  }
}

function drawCap(canvas: Canvas, bottle: Bottle): void {
  const { cap, height } = bottle;
  const half = halfAt(bottle, 0.97) * 1.14;
  const top = -height * 1.015;
  const tall = height * cap.height;
  const paint = round(cap.colour, half, 1);
  if (cap.style === 'sport') {
    canvas.fill(
      rectangle(-half * 0.45, top - tall * 0.5, half * 0.9, tall * 0.6),
      round(shade(cap.colour, 0.92), half * 0.45, 1),
    );
    canvas.fill(arcBand(0, top - tall * 0.45, half * 0.45, tall * 0.22, Math.PI, Math.PI * 2), paint);
  }
  canvas.fill(
    [-half, top + tall, -half, top + 3, -half + 3, top, half - 3, top, half, top + 3, half, top + tall],
    paint,
  );
  if (cap.style === 'ribbed') {
    for (let i = -3; i <= 3; i += 1) {
      const x = Math.sin((i / 3.6) * (Math.PI / 2)) * half;
      canvas.fill(rectangle(x - 0.6, top + 3, 1.2, tall - 5), solid(shade(cap.colour, 0.6), 0.55));
    }
  }
  canvas.fill(rectangle(-half, top + tall - 3, half * 2, 3), solid(shade(cap.colour, 0.55), 0.5));
  canvas.fill(rectangle(-half * 0.6, top + 1, half * 0.5, 2), solid(WHITE, 0.35));
  canvas.fill(
    rectangle(-half, top + tall * 0.2, half * 2, tall * 0.6),
    solid(cap.colour, 0.12, { tile: CLOUD, amount: 20, x: 0, y: 0 }),
  );
}
