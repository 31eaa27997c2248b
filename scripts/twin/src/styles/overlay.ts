import {
  type Canvas,
  CLOUD,
  hsv,
  linear,
  NOBODY,
  type Random,
  rectangle,
  type Rgb,
  solid,
  SPECKLE,
} from '../raster/index.ts';

/** What a style lays over a scene's backdrop, so that walls and floors differ in more than colour. */
export interface Overlay {
  readonly kind: 'tiles' | 'stripes' | 'patches' | 'wash';
  readonly colour: Rgb;
  readonly other: Rgb;
  readonly alpha: number;
  /** Width of a tile, stripe or patch, in units. */
  readonly pitch: number;
  readonly turn: number;
  readonly places: readonly (readonly [number, number, number])[];
}

export function overlayFor(random: Random): Overlay {
  const colour = hsv(random.between(0, 360), random.between(0.05, 0.5), random.between(0.25, 0.95));
  const other = hsv(random.between(0, 360), random.between(0.05, 0.5), random.between(0.25, 0.95));
  return {
    kind: random.pick(['tiles', 'stripes', 'patches', 'wash']),
    colour,
    other,
    alpha: random.between(0.15, 0.5),
    pitch: random.between(14, 60),
    turn: random.between(-0.5, 0.5),
    places: Array.from({ length: 14 }, () => [random.between(-40, 680), random.between(-20, 380), random.next()]),
  };
}

/** Paints an overlay over the backdrop, in units of 640 x 360. */
export function drawOverlay(canvas: Canvas, overlay: Overlay): void {
  const { colour, other, alpha, pitch } = overlay;
  const all = rectangle(-300, -300, 1240, 960);
  canvas.as(NOBODY, () => {
    switch (overlay.kind) {
      case 'wash':
        return canvas.fill(
          all,
          linear(
            [0, 0, 640 * Math.cos(overlay.turn), 360 * Math.sin(overlay.turn) + 180],
            [
              [0, colour, alpha],
              [1, other, alpha],
            ],
            { tile: CLOUD, amount: 40, x: 0, y: 0 },
          ),
        );
      case 'stripes':
        for (let x = -300; x < 940; x += pitch * 2)
          canvas.fill([x, -300, x + pitch, -300, x + pitch * 3, 660, x + pitch * 2, 660], solid(colour, alpha));
        return;
      case 'tiles':
        for (let y = -20; y < 400; y += pitch) canvas.fill(rectangle(-300, y, 1240, 2), solid(colour, alpha + 0.2));
        for (let x = -20; x < 680; x += pitch) canvas.fill(rectangle(x, -300, 2, 960), solid(colour, alpha + 0.2));
        return canvas.fill(all, solid(other, alpha * 0.4, { tile: SPECKLE, amount: 60, x: 0, y: 0 }));
      case 'patches':
        for (const [x, y, size] of overlay.places)
          canvas.fill(
            rectangle(x, y, pitch * (0.4 + 2 * size), pitch * (1.8 - size)),
            solid(size > 0.5 ? colour : other, alpha),
          );
        return;
    }
  });
}
