import { GOOD_CAMERA, type Optics, type Pen, PLAIN_PEN, type Random } from '../raster/index.ts';
import { worse } from './conditions.ts';
import { type Overlay, overlayFor } from './overlay.ts';
import { type Style, type StyleName, STYLES } from './styles.ts';

/** One way of drawing: a style, with all that it leaves open decided. */
export interface Look {
  readonly style: StyleName;
  readonly pen: Pen | undefined;
  readonly overlay: Overlay | undefined;
  /** The optics with what the style's camera adds. */
  readonly optics: (optics: Optics) => Optics;
}

/** Decides what a style leaves open. `plain` takes nothing from `random` and changes nothing. */
export function lookOf(name: StyleName, random: Random): Look {
  const style: Style = STYLES[name];
  const pen = style.pen ? { ...PLAIN_PEN, ...style.pen(random), phase: random.between(0, 6) } : undefined;
  const faults = style.camera?.(random);
  const overlay = style.overlaid !== undefined && random.chance(style.overlaid) ? overlayFor(random) : undefined;
  const optics = (given: Optics): Optics =>
    faults ? { ...given, camera: worse(given.camera ?? GOOD_CAMERA, faults) } : given;
  return { style: name, pen, overlay, optics };
}
