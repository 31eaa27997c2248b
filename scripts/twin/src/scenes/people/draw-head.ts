import {
  arcBand,
  type Canvas,
  ellipse,
  FINE,
  linear,
  rectangle,
  type Rgb,
  shade,
  smooth,
  solid,
} from '../../raster/index.ts';
import { drawCap, drawHelmet, drawNet } from './draw-headwear.ts';
import { type Facing, MIDDLE, HALF_WIDTH as X, HALF_HEIGHT as Y } from './head-shape.ts';
import type { Person } from './person.ts';

/**
 * Paints head, face, hair and what is worn on it, in thousandths of the body's height. `faceOwner` gives the owner of a
 * mask, or of the mouth where there is none. */
export function drawHead(canvas: Canvas, person: Person, facing: Facing, faceOwner: () => number): void {
  const turned = facing === 1 || facing === -1;
  if (!person.headwear && person.hairStyle === 'long') longHair(canvas, person, facing);
  const skin = linear(
    [-X, 0, X, 0],
    [
      [0, shade(person.skin, 0.72)],
      [0.4, shade(person.skin, 1.03)],
      [1, shade(person.skin, 0.74)],
    ],
  );
  canvas.fill(ellipse(turned ? facing * 4 : 0, MIDDLE, X * (turned ? 1.06 : 1), Y), skin);
  if (!turned) for (const s of [-1, 1]) canvas.fill(ellipse(s * X, MIDDLE + 8, 11, 18), solid(shade(person.skin, 0.8)));
  if (facing !== 2) drawFace(canvas, person, facing, faceOwner);
  if (turned) canvas.fill(ellipse(-facing * 12, MIDDLE + 8, 13, 20), solid(shade(person.skin, 0.78)));
  if (facing === 2 || (person.headwear && person.hairStyle !== 'thin')) napeHair(canvas, person, facing);
  switch (person.headwear) {
    case undefined:
      return drawHair(canvas, person, facing);
    case 'hairnet':
      return drawNet(canvas, person, facing);
    case 'cap':
      return drawCap(canvas, person, facing);
    case 'helmet':
      return drawHelmet(canvas, person, facing);
  }
}

function drawFace(canvas: Canvas, person: Person, facing: Facing, faceOwner: () => number): void {
  const gaze = facing * 26;
  const dark: Rgb = [34, 26, 24];
  const eyes = facing === 0 ? [-22, 22] : [gaze * 0.75];
  for (const x of eyes) {
    canvas.fill(ellipse(x, MIDDLE + 2, 8, 5), solid(dark, 0.85));
    canvas.fill(rectangle(x - 12, MIDDLE - 16, 24, 5), solid(shade(person.hair, 0.8), 0.7));
  }
  const noseX = facing === 0 ? 3 : facing * 60;
  canvas.fill([noseX - 9, MIDDLE + 26, noseX, MIDDLE + 2, noseX + 9, MIDDLE + 26], solid(shade(person.skin, 0.82)));
  if (person.beard) {
    canvas.fill(arcBand(gaze * 0.5, MIDDLE + 28, 46, 50, 0.1, Math.PI - 0.1), solid(person.hair, 0.85));
  }
  if (person.mask) {
    const c = person.mask;
    const cover = smooth(
      [
        gaze - 44,
        MIDDLE + 12,
        gaze,
        MIDDLE + 6,
        gaze + 44,
        MIDDLE + 12,
        gaze + 38,
        MIDDLE + 58,
        gaze,
        MIDDLE + 74,
        gaze - 38,
        MIDDLE + 58,
      ],
      3,
    );
    const cloth = linear(
      [0, MIDDLE + 6, 0, MIDDLE + 74],
      [
        [0, shade(c, 1.02)],
        [1, shade(c, 0.78)],
      ],
    );
    canvas.as(faceOwner(), () => canvas.fill(cover, cloth));
    return;
  }
  canvas.fill(ellipse(gaze * 0.9, MIDDLE + 44, 16, 4.5), solid([136, 62, 58], 0.8));
  // Paint without colour: where a mask would be belongs to the missing mask.
  if (person.detailed)
    canvas.as(faceOwner(), () => canvas.fill(ellipse(gaze, MIDDLE + 38, 42, 34), solid(person.skin, 0)));
}

function hairPaint(person: Person): ReturnType<typeof linear> {
  const c = person.hair;
  return linear(
    [-X, MIDDLE - Y, X, MIDDLE],
    [
      [0, shade(c, 0.8)],
      [0.35, shade(c, 1.35)],
      [1, shade(c, 0.7)],
    ],
    { tile: FINE, amount: 26, x: 0, y: 0 },
  );
}

function longHair(canvas: Canvas, person: Person, facing: Facing): void {
  const shift = facing === 1 || facing === -1 ? -facing * 16 : 0;
  const fall = smooth(
    [
      shift - 66,
      MIDDLE - 40,
      shift + 66,
      MIDDLE - 40,
      shift + 76,
      MIDDLE + 40,
      shift + 62,
      MIDDLE + 112,
      shift - 62,
      MIDDLE + 112,
      shift - 76,
      MIDDLE + 40,
    ],
    3,
  );
  canvas.fill(fall, hairPaint(person));
}

/** What shows of the hair below a hat, or at the back of the head. */
function napeHair(canvas: Canvas, person: Person, facing: Facing): void {
  if (person.headwear === 'hairnet') return;
  const paint = hairPaint(person);
  if (facing === 2) canvas.fill(ellipse(0, MIDDLE - 6, X * 0.98, Y * 0.86), paint);
  else if (facing === 0) for (const s of [-1, 1]) canvas.fill(rectangle(s * 54 - 7, MIDDLE - 30, 14, 34), paint);
  else canvas.fill(arcBand(-facing * 14, MIDDLE, 48, 62, facing === 1 ? 1.9 : -1.3, facing === 1 ? 4.4 : 1.2), paint);
}

/** The hairline: how far hair comes down in front, at the side and behind. */
function drawHair(canvas: Canvas, person: Person, facing: Facing): void {
  const paint = hairPaint(person);
  const style = person.hairStyle;
  const puff = style === 'curly' ? 1.24 : style === 'thin' ? 1.0 : 1.1;
  if (facing === 2) {
    canvas.fill(ellipse(0, MIDDLE - 10, X * puff, Y * (puff - 0.05)), paint);
  } else if (facing === 0) {
    const edge = style === 'thin' ? -52 : -32;
    const [w, h] = [X * puff, Y * puff];
    const shape = smooth(
      [
        -w,
        MIDDLE - 4,
        -w * 0.98,
        MIDDLE - h * 0.6,
        -w * 0.5,
        MIDDLE - h * 1.02,
        w * 0.5,
        MIDDLE - h * 1.02,
        w * 0.98,
        MIDDLE - h * 0.6,
        w,
        MIDDLE - 4,
        w * 0.84,
        MIDDLE + edge * 0.6,
        w * 0.3,
        MIDDLE + edge,
        -w * 0.4,
        MIDDLE + edge - 4,
        -w * 0.84,
        MIDDLE + edge * 0.6,
      ],
      3,
    );
    canvas.fill(shape, paint);
  } else {
    const f = facing;
    const [w, h] = [X * puff * 1.06, Y * puff];
    canvas.fill(
      smooth(
        [
          f * w * 0.86,
          MIDDLE - 36,
          f * w * 0.7,
          MIDDLE - h * 0.82,
          0,
          MIDDLE - h * 1.04,
          -f * w * 0.8,
          MIDDLE - h * 0.7,
          -f * w * 1.04,
          MIDDLE,
          -f * w * 0.74,
          MIDDLE + 52,
          -f * 26,
          MIDDLE + 30,
          -f * 6,
          MIDDLE - 16,
        ],
        3,
      ),
      paint,
    );
  }
  if (style === 'bun')
    canvas.fill(ellipse(facing === 0 || facing === 2 ? 0 : -facing * 52, MIDDLE - Y * 1.12, 30, 28), paint);
  if (style === 'curly')
    for (let i = 0; i < 7; i += 1)
      canvas.fill(
        ellipse(
          Math.cos(Math.PI + (i * Math.PI) / 6) * X * 1.16,
          MIDDLE - 22 + Math.sin(Math.PI + (i * Math.PI) / 6) * Y * 0.9,
          22,
          20,
        ),
        paint,
      );
}
