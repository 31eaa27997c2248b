import type { TrackState } from './track-state.ts';

/** How far speeds may lie from their median, as a fraction of it, to be one common speed. */
const AGREEMENT = 0.3;
/** Slower than this, in sizes per second, counts as standing still. */
export const STILL = 0.5;

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

/** Whether at least half of the tracks whose speed is known have this speed, or none is known. */
export function isSpeedOf(tracks: readonly TrackState[], [vx, vy]: readonly [number, number]): boolean {
  const velocities = tracks.filter((track) => track.speedKnown && track.missed === 0).map((t) => t.motion.velocity());
  const near = velocities.filter((v) => Math.hypot(v[0] - vx, v[1] - vy) <= AGREEMENT * Math.hypot(vx, vy));
  return 2 * near.length >= velocities.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
