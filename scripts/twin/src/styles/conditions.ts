import { type Camera, GOOD_CAMERA, type Optics } from '../raster/index.ts';

interface Change {
  readonly gain?: number;
  readonly warmth?: number;
  readonly contrast?: number;
  readonly noise?: number;
  readonly camera?: Partial<Camera>;
}

/** Conditions of light and camera that a picture can be taken under, each what it does to the optics. */
const CHANGES = {
  bright: { gain: 1.3, contrast: 1.05 },
  dim: { gain: 0.62, noise: 2, camera: { gamma: 1.1 } },
  dark: { gain: 0.4, contrast: 0.95, noise: 5, camera: { gamma: 1.25, chroma: 8, vignette: 0.3 } },
  night: { gain: 0.5, warmth: 0.16, contrast: 0.95, noise: 4, camera: { gamma: 1.15, chroma: 6, vignette: 0.35 } },
  noisy: { noise: 9, camera: { chroma: 14 } },
  blurred: { camera: { blur: 2 } },
  low_bitrate: { camera: { blur: 1, blocks: 0.55 } },
  hazy: { gain: 1.1, contrast: 0.6 },
} as const satisfies Readonly<Record<string, Change>>;

export type Condition = keyof typeof CHANGES;
export const CONDITIONS = Object.keys(CHANGES) as [Condition, ...Condition[]];

/** The optics of a camera under all of the given conditions. */
export function underConditions(optics: Optics, conditions: readonly Condition[]): Optics {
  return conditions.reduce((before, name) => changed(before, CHANGES[name]), optics);
}

function changed(optics: Optics, change: Change): Optics {
  const camera = change.camera ? { camera: worse(optics.camera ?? GOOD_CAMERA, change.camera) } : {};
  return {
    ...optics,
    gain: optics.gain * (change.gain ?? 1),
    warmth: optics.warmth + (change.warmth ?? 0),
    contrast: optics.contrast * (change.contrast ?? 1),
    noise: Math.hypot(optics.noise, change.noise ?? 0),
    ...camera,
  };
}

/** Of two cameras' faults, the greater of each. */
export function worse(a: Camera, b: Partial<Camera>): Camera {
  return {
    blur: Math.max(a.blur, b.blur ?? 0),
    vignette: Math.max(a.vignette, b.vignette ?? 0),
    gamma: Math.max(a.gamma, b.gamma ?? 1),
    chroma: Math.max(a.chroma, b.chroma ?? 0),
    blocks: Math.max(a.blocks, b.blocks ?? 0),
  };
}
