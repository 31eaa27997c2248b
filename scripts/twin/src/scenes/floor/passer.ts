import {
  type Canvas,
  limb,
  linear,
  NOBODY,
  rectangle,
  type Rgb,
  SCENERY,
  shade,
  smooth,
  solid,
  stroke,
} from '../../raster/index.ts';

/** Legs that walk through the picture, with a mop or without. Hides what lies behind. */
export interface Passer {
  /** Makes the person and the mop objects of the truth; without it they only hide what lies behind. */
  readonly objectId?: string;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly heading: 1 | -1;
  readonly phase: number;
  readonly swing: number;
  readonly trousers: Rgb;
  readonly boots: Rgb;
  /** Mop head's place relative to the feet, in units. */
  readonly mop: { readonly dx: number; readonly dy: number; readonly colour: Rgb } | undefined;
}

export function drawPasser(canvas: Canvas, passer: Passer): void {
  const { heading } = passer;
  const id = passer.objectId;
  const named = (label: string, objectId: string): number => canvas.objects?.add(label, objectId) ?? SCENERY;
  canvas.owner = id === undefined ? SCENERY : named('person', id);
  canvas.as(NOBODY, () =>
    canvas.glow(passer.x + 14, passer.y + 4, 90 * passer.scale, 22 * passer.scale, [0, 0, 0], 0.5),
  );
  canvas.within(passer.x, passer.y, passer.scale, passer.scale, 0, () => {
    for (const leg of [-1, 1] as const) {
      const step = Math.sin(passer.phase) * passer.swing * leg;
      const foot = step * 42 + leg * 9 * (1 - passer.swing);
      const lift = Math.max(0, Math.cos(passer.phase) * leg) * 10 * passer.swing;
      const cloth = shade(passer.trousers, leg === 1 ? 1 : 0.74);
      canvas.fill(limb(leg * 7, -210, foot * 0.5 + heading * 5, -88, 27, 20), solid(cloth));
      canvas.fill(limb(foot * 0.5 + heading * 5, -88, foot, -22 - lift, 20, 15), solid(shade(cloth, 0.92)));
      canvas.fill(limb(foot, -26 - lift, foot, -9 - lift, 16, 12), solid(shade(passer.boots, 0.85)));
      canvas.fill(limb(foot, -8 - lift, foot + heading * 24, -6 - lift, 11, 8), solid(passer.boots));
    }
    canvas.fill(
      smooth([-44, -330, 44, -330, 50, -190, 46, -164, -46, -164, -50, -190], 2),
      linear(
        [-50, 0, 50, 0],
        [
          [0, [170, 174, 178]],
          [0.4, [232, 234, 236]],
          [1, [160, 164, 168]],
        ],
      ),
    );
    const { mop } = passer;
    if (mop) canvas.as(id === undefined ? SCENERY : named('mop', `${id}/mop`), () => drawMop(canvas, mop));
  });
  canvas.owner = SCENERY;
}

function drawMop(canvas: Canvas, mop: NonNullable<Passer['mop']>): void {
  const { dx, dy, colour } = mop;
  canvas.fill(stroke(dx, dy - 8, dx * 0.25, -300, 6), solid([206, 170, 90]));
  canvas.fill(rectangle(dx - 20, dy - 16, 40, 9), solid([60, 64, 72]));
  for (let i = -4; i <= 4; i += 1) {
    canvas.fill(
      limb(dx + i * 5, dy - 8, dx + i * 9, dy + 8 + (i % 2) * 3, 4, 5),
      solid(shade(colour, i % 2 === 0 ? 0.95 : 0.74)),
    );
  }
}
