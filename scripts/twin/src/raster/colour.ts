import type { Random } from './random.ts';

/** Red, green, blue, each 0..255. */
export type Rgb = readonly [number, number, number];

const clamp = (v: number): number => Math.max(0, Math.min(255, v));

/** a at t = 0, b at t = 1. */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Multiplies the brightness; above 1 it goes towards white rather than only towards saturation. */
export function shade(c: Rgb, factor: number): Rgb {
  if (factor <= 1) return [c[0] * factor, c[1] * factor, c[2] * factor];
  return mix([clamp(c[0] * factor), clamp(c[1] * factor), clamp(c[2] * factor)], [255, 255, 255], (factor - 1) * 0.35);
}

/** Hue 0..360, saturation and value 0..1. */
export function hsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (n: number): number => {
    const k = (n + hue / 60) % 6;
    return 255 * (value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** The same colour as another batch of paint would give it. */
export function vary(random: Random, c: Rgb, amount: number): Rgb {
  const all = random.around(0, amount);
  const one = (v: number): number => clamp(v + all + random.around(0, amount * 0.5));
  return [one(c[0]), one(c[1]), one(c[2])];
}
