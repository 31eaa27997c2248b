import {
  arcBand,
  type Canvas,
  ellipse,
  limb,
  linear,
  mix,
  NOBODY,
  rectangle,
  type Rgb,
  shade,
  smooth,
  solid,
  SPECKLE,
  stroke,
} from '../../raster/index.ts';
import { type Facing, MIDDLE, HALF_WIDTH as X } from './head-shape.ts';
import type { Person } from './person.ts';

const WHITE: Rgb = [255, 255, 255];

/** A bouffant net: a puffed, thin, crinkled cover down to the ears, with an elastic seam. */
export function drawNet(canvas: Canvas, person: Person, facing: Facing): void {
  const c = person.headwearColour;
  const back = facing === 1 || facing === -1 ? -facing * 14 : 0;
  const under = mix(person.hair, c, 0.35);
  canvas.fill(ellipse(back * 0.6, MIDDLE - 40, X * 1.02, 48), solid(under));
  const seam = facing === 2 ? MIDDLE + 26 : MIDDLE - 22;
  const w = X * 1.3;
  const puffs = smooth(
    [
      -w * 0.88 + back,
      seam,
      -w + back,
      seam - 34,
      -w * 0.82 + back,
      seam - 72,
      -w * 0.34 + back,
      seam - 100,
      w * 0.3 + back,
      seam - 102,
      w * 0.8 + back,
      seam - 76,
      w + back,
      seam - 36,
      w * 0.88 + back,
      seam,
      w * 0.4 + back,
      seam + 8,
      -w * 0.4 + back,
      seam + 8,
    ],
    3,
  );
  canvas.fill(
    puffs,
    linear(
      [-w, 0, w, 0],
      [
        [0, shade(c, 0.76), 0.94],
        [0.35, shade(c, 1.06), 0.84],
        [1, shade(c, 0.72), 0.94],
      ],
      { tile: SPECKLE, amount: 22, x: 0, y: 0 },
    ),
  );
  for (let i = -3; i <= 3; i += 1) {
    canvas.fill(
      stroke(i * 17 + back, seam + 2, i * 22 + back, seam - 84 + Math.abs(i) * 13, 4),
      solid(shade(c, 0.66), 0.5),
    );
  }
  canvas.fill(limb(-w * 0.86 + back, seam + 2, w * 0.86 + back, seam + 2, 7, 7), solid(shade(c, 0.84)));
}

/** A cloth cap with a peak. */
export function drawCap(canvas: Canvas, person: Person, facing: Facing): void {
  const c = person.headwearColour;
  const line = MIDDLE - 24;
  const crown = arcBand(0, line, X * 1.1, 72, Math.PI, Math.PI * 2);
  canvas.fill(
    crown,
    linear(
      [-X, line - 70, X, line],
      [
        [0, shade(c, 0.95)],
        [0.4, shade(c, 1.12)],
        [1, shade(c, 0.62)],
      ],
    ),
  );
  canvas.fill(rectangle(-X * 1.1, line - 4, X * 2.2, 12), solid(shade(c, 0.75)));
  if (facing === 0)
    canvas.fill(
      arcBand(0, line + 4, X * 1.16, 30, 0, Math.PI),
      linear(
        [0, line, 0, line + 34],
        [
          [0, shade(c, 0.9)],
          [1, shade(c, 0.55)],
        ],
      ),
    );
  if (facing === 1 || facing === -1)
    canvas.fill(
      smooth(
        [
          facing * 30,
          line - 10,
          facing * 86,
          line - 2,
          facing * 122,
          line + 12,
          facing * 84,
          line + 14,
          facing * 26,
          line + 10,
        ],
        3,
      ),
      solid(shade(c, 0.7)),
    );
  canvas.fill(ellipse(0, line - 72, 7, 5), solid(shade(c, 0.7)));
}

/** A hard hat: shell with ridge, brim all round, and the lamp's reflection. */
export function drawHelmet(canvas: Canvas, person: Person, facing: Facing): void {
  const c = person.headwearColour;
  const line = MIDDLE - 18;
  canvas.fill(
    arcBand(0, line, X * 1.2, 84, Math.PI, Math.PI * 2),
    linear(
      [-X * 1.2, line - 80, X * 1.2, line],
      [
        [0, shade(c, 1.0)],
        [0.35, shade(c, 1.2)],
        [1, shade(c, 0.58)],
      ],
    ),
  );
  const brim = facing === 1 || facing === -1 ? facing * 20 : 0;
  canvas.fill(
    ellipse(brim, line + 2, X * 1.42, facing === 0 ? 17 : 12),
    linear(
      [0, line - 10, 0, line + 16],
      [
        [0, shade(c, 1.02)],
        [1, shade(c, 0.55)],
      ],
    ),
  );
  if (facing === 0 || facing === 2)
    canvas.fill(smooth([-12, line - 6, -10, line - 82, 10, line - 82, 12, line - 6], 2), solid(shade(c, 0.86)));
  canvas.as(NOBODY, () => canvas.fill(ellipse(-24, line - 52, 13, 8, -0.5), solid(WHITE, 0.75)));
}
