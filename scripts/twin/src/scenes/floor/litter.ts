import {
  blob,
  type Canvas,
  ellipse,
  hsv,
  limb,
  linear,
  mix,
  NOBODY,
  placed,
  type Random,
  rectangle,
  type Rgb,
  shade,
  smooth,
  solid,
  stroke,
  vary,
} from '../../raster/index.ts';

const LITTER = ['paper', 'sleeve', 'wrapper', 'bottle'] as const;

/** Paints one dropped thing around the origin; `size` is about half its length in units. */
export function drawLitter(canvas: Canvas, random: Random, size: number): void {
  const kind = random.pick(LITTER);
  const turn = random.between(-1.2, 1.2);
  canvas.as(NOBODY, () => canvas.glow(size * 0.12, size * 0.3, size * 1.15, size * 0.55, [0, 0, 0], 0.55));
  canvas.within(0, 0, 1, 0.78, kind === 'paper' ? 0 : turn, () => {
    switch (kind) {
      case 'paper':
        return drawPaper(canvas, random, size);
      case 'sleeve':
        return drawSleeve(canvas, random, size);
      case 'wrapper':
        return drawWrapper(canvas, random, size);
      case 'bottle':
        return drawLyingBottle(canvas, random, size);
    }
  });
}

/** Crumpled paper: facets of one sheet, each turned another way to the lamp. */
function drawPaper(canvas: Canvas, random: Random, size: number): void {
  const colour = vary(
    random,
    random.pick<Rgb>([
      [240, 240, 236],
      [226, 214, 186],
      [198, 168, 122],
      [214, 226, 236],
    ]),
    6,
  );
  const rim = placed(blob(random, 11, 0.22), 0, 0, size, size * 0.9);
  canvas.fill(rim, solid(shade(colour, 0.8)));
  const [cx, cy] = [random.between(-0.2, 0.2) * size, random.between(-0.3, 0) * size];
  for (let i = 0; i + 3 < rim.length + 2; i += 2) {
    const [ax, ay] = [rim[i] ?? 0, rim[i + 1] ?? 0];
    const [bx, by] = [rim[(i + 2) % rim.length] ?? 0, rim[(i + 3) % rim.length] ?? 0];
    canvas.fill([cx, cy, ax, ay, bx, by], solid(shade(colour, random.between(0.62, 1.12))));
  }
  for (let i = 0; i < 5; i += 1) {
    const [x, y] = [random.between(-0.55, 0.55) * size, random.between(-0.5, 0.5) * size];
    const fold = placed([-1, -0.3, 0.2, -0.8, 0.9, 0.4], x, y, size * 0.3, size * 0.28, random.between(0, 6));
    canvas.fill(fold, solid(shade(colour, random.between(0.58, 1.15)), 0.9));
  }
}

/** A packaging sleeve: a flattened printed tube with an open end. */
function drawSleeve(canvas: Canvas, random: Random, size: number): void {
  const colour = random.chance(0.5)
    ? vary(random, [206, 190, 160], 10)
    : hsv(random.between(0, 360), random.between(0.35, 0.85), random.between(0.5, 0.95));
  const ink = shade(colour, 0.5);
  const [l, w] = [size * 1.25, size * 0.55];
  const shape = [-l, -w * 0.8, -l * 0.1, -w, l, -w * 0.7, l * 0.92, 0, l, w * 0.85, 0, w, -l, w * 0.7, -l * 0.94, 0];
  canvas.fill(
    shape,
    linear(
      [0, -w, 0, w],
      [
        [0, shade(colour, 1.12)],
        [0.45, colour],
        [0.55, shade(colour, 0.7)],
        [1, shade(colour, 0.86)],
      ],
    ),
  );
  canvas.fill(rectangle(-l * 0.7, -w * 0.5, l * 0.8, w * 0.3), solid(ink, 0.8));
  canvas.fill(rectangle(-l * 0.7, -w * 0.05, l * 0.5, w * 0.14), solid(ink, 0.8));
  canvas.fill(ellipse(l * 0.95, w * 0.05, size * 0.13, w * 0.72), solid(shade(colour, 0.32)));
  canvas.fill(stroke(-l * 0.3, -w, -l * 0.1, w, 2), solid(shade(colour, 1.3), 0.7));
}

/** A sweet-like wrapper: shiny middle, twisted fans at both ends. */
function drawWrapper(canvas: Canvas, random: Random, size: number): void {
  const colour = hsv(random.between(0, 360), random.between(0.55, 0.95), random.between(0.6, 1));
  const second = random.chance(0.5) ? ([240, 240, 240] as const) : shade(colour, 0.5);
  const [l, w] = [size * 1.1, size * 0.5];
  for (const s of [-1, 1])
    canvas.fill(
      [s * l * 0.5, 0, s * l, -w * 0.9, s * l * 0.88, -w * 0.2, s * l * 1.05, w * 0.3, s * l * 0.85, w * 0.9],
      solid(shade(colour, s > 0 ? 0.7 : 0.95)),
    );
  canvas.fill(
    smooth(placed(blob(random, 9, 0.1), 0, 0, l * 0.62, w), 2),
    linear(
      [0, -w, 0, w],
      [
        [0, shade(colour, 1.2)],
        [0.5, colour],
        [1, shade(colour, 0.55)],
      ],
    ),
  );
  canvas.fill(rectangle(-l * 0.34, -w * 0.34, l * 0.68, w * 0.6), solid(second, 0.85));
  canvas.fill(stroke(-l * 0.4, -w * 0.62, l * 0.2, -w * 0.7, 3), solid([255, 255, 255], 0.8));
}

function drawLyingBottle(canvas: Canvas, random: Random, size: number): void {
  const colour = random.pick<Rgb>([
    [206, 220, 226],
    [70, 140, 84],
    [160, 100, 44],
    [236, 236, 232],
  ]);
  const cap = hsv(random.between(0, 360), 0.8, 0.8);
  const l = size * 1.3;
  const w = size * 0.44;
  const across = linear(
    [0, -w, 0, w],
    [
      [0, shade(colour, 0.7)],
      [0.3, shade(colour, 1.25)],
      [1, shade(colour, 0.5)],
    ],
  );
  canvas.fill(limb(-l * 0.8, 0, l * 0.2, 0, w, w), across);
  canvas.fill([l * 0.2, -w, l * 0.75, -w * 0.4, l * 0.75, w * 0.4, l * 0.2, w], across);
  canvas.fill(rectangle(l * 0.72, -w * 0.48, l * 0.22, w * 0.96), solid(cap));
  canvas.fill(
    rectangle(-l * 0.55, -w, l * 0.5, w * 2),
    linear(
      [0, -w, 0, w],
      [
        [0, shade(cap, 0.9)],
        [0.3, mix(cap, [255, 255, 255], 0.5)],
        [1, shade(cap, 0.55)],
      ],
    ),
  );
}
