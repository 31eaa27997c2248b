import type { Detection, PictureSize } from '../domain/index.ts';
import { sizeOf } from './box-motion.ts';
import type { TrackState } from './track-state.ts';
import { type Places, placesOf, slowerAlias } from './speed-alias.ts';

/** How far speeds may lie from their median, as a fraction of it, to be one common speed. */
const AGREEMENT = 0.3;
/** Slower than this, in sizes per second, counts as standing still. */
const STILL = 0.5;
/** A false speed varies with the products' spacing, so that not all tracks agree on it. */
const MAJORITY = 0.5;
/** Frames in a row that must support a slower speed: one may be chance. */
const DOUBTS = 2;

/**
 * Velocity in pixels per second that the known tracks have in common, or undefined. On a conveyor everything moves
 * alike, so the next product's first step can be predicted even when products stand closer than they move between two
 * frames. The fraction `majority` of the tracks must agree.
 */
export function commonVelocity(
  tracks: readonly TrackState[],
  size: number,
  majority = 1,
): readonly [number, number] | undefined {
  const velocities = tracks.filter((track) => track.speedKnown && track.missed === 0).map((t) => t.motion.velocity());
  if (velocities.length === 0) return undefined;
  const common: readonly [number, number] = [median(velocities.map((v) => v[0])), median(velocities.map((v) => v[1]))];
  const speed = Math.hypot(...common);
  if (speed < STILL * size) return undefined;
  const agree = velocities.filter((v) => Math.hypot(v[0] - common[0], v[1] - common[1]) <= AGREEMENT * speed);
  return agree.length >= majority * velocities.length ? common : undefined;
}

/** Checks the common speed of one label's tracks, and corrects it when two frames in a row contradict it. */
export class SpeedCheck {
  #before: { readonly places: Places; readonly mediaMs: number } | undefined;
  #doubts = 0;

  /** `detections` are those of `tracks`' label in this frame that can begin a track. */
  check(tracks: readonly TrackState[], detections: readonly Detection[], mediaMs: number, picture: PictureSize): void {
    const before = this.#before;
    const places = placesOf(detections.map(({ box }) => box));
    this.#before = { places, mediaMs };
    const seconds = before === undefined ? 0 : (mediaMs - before.mediaMs) / 1000;
    if (before === undefined || seconds <= 0 || detections.length === 0) return;
    const size = median(detections.map(({ box }) => sizeOf(box)));
    const common = commonVelocity(tracks, size, MAJORITY);
    const step =
      common === undefined
        ? undefined
        : slowerAlias(before.places, places, [common[0] * seconds, common[1] * seconds], size, picture);
    this.#doubts = step === undefined ? 0 : this.#doubts + 1;
    if (step === undefined || this.#doubts < DOUBTS) return;
    this.#doubts = 0;
    for (const track of tracks) track.motion.steer([step[0] / seconds, step[1] / seconds]);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
