import {
  type Canvas,
  ellipse,
  limb,
  NOBODY,
  type Random,
  type Rgb,
  SCENERY,
  shade,
  solid,
} from '../../raster/index.ts';

/** A hand that reaches in over the belt; it hides what is behind it. */
export interface Hand {
  /** Middle of the palm, in units. */
  readonly x: number;
  readonly y: number;
  readonly side: 1 | -1;
  readonly fromBelow: boolean;
  readonly skin: Rgb;
  readonly glove: Rgb | undefined;
  readonly sleeve: Rgb;
}

/** Seconds in which a hand comes in, and goes out again. */
export const HAND_REACH = 0.6;

/** The hand at a moment, or none. `random` decides its looks and where it reaches to. */
export function handAt(
  random: Random,
  time: { readonly from: number; readonly to: number },
  seconds: number,
): readonly Hand[] {
  const x = random.between(120, 520);
  const target = random.between(150, 260);
  const fromBelow = random.chance(0.5);
  const hand = {
    side: random.sign(),
    fromBelow,
    skin: random.pick<Rgb>([
      [238, 200, 172],
      [206, 160, 124],
      [126, 86, 60],
    ]),
    glove: random.chance(0.6)
      ? random.pick<Rgb>([
          [70, 120, 214],
          [236, 238, 240],
          [40, 40, 44],
        ])
      : undefined,
    sleeve: random.pick<Rgb>([
      [234, 236, 238],
      [92, 142, 196],
      [112, 168, 132],
    ]),
  };
  if (seconds < time.from - HAND_REACH || seconds > time.to + HAND_REACH) return [];
  const out = Math.max(0, time.from - seconds, seconds - time.to) / HAND_REACH;
  const outside = fromBelow ? 460 : -100;
  return [{ ...hand, x: x + 8 * Math.sin(seconds * 3), y: target + (outside - target) * out }];
}

export function drawHand(canvas: Canvas, hand: Hand, foot: number): void {
  const { x, y, side } = hand;
  const away = hand.fromBelow ? 1 : -1;
  const cover = hand.glove ?? hand.skin;
  canvas.as(NOBODY, () => canvas.glow(x, Math.min(foot, y + 40), 70, 18, [0, 0, 0], 0.3));
  canvas.as(SCENERY, () => {
    canvas.fill(
      limb(x + side * 10, y + away * 50, x + side * 60, y + away * 420, 26, 40),
      solid(shade(hand.skin, 0.9)),
    );
    canvas.fill(limb(x + side * 24, y + away * 120, x + side * 70, y + away * 460, 36, 48), solid(hand.sleeve));
    canvas.fill(limb(x, y, x + side * 12, y + away * 60, 24, 22), solid(shade(cover, 0.95)));
    canvas.fill(ellipse(x, y, 25, 29), solid(cover));
    for (let finger = -1.5; finger <= 1.5; finger += 1)
      canvas.fill(
        limb(x + finger * 12, y - away * 12, x + finger * 15, y - away * 52, 8, 6.5),
        solid(shade(cover, 0.94 + 0.04 * finger)),
      );
    canvas.fill(limb(x - side * 18, y, x - side * 42, y - away * 22, 9, 7), solid(shade(cover, 0.9)));
  });
}
