import type { Clock } from '@lineside/kit';
import type { Journal } from '../journal/index.ts';

/** A wall clock that is before this has not been set: no device of this version is older. */
const LEAST_WALL_MS = Date.UTC(2026, 0, 1);

/**
 * Gives the wall time of a monotonic instant of this machine, or undefined where the wall clock is not trusted: it was
 * never set, or it is behind a time that the journal has seen. A clock without a time server is trusted all the same,
 * because a line can work for a year without a network.
 */
export function trustedWallTime(
  clock: Pick<Clock, 'wallMs' | 'monoMs'>,
  journal: Pick<Journal, 'clockQuality'>,
): (atMs: number) => number | undefined {
  return (atMs) => {
    const wallMs = clock.wallMs() - (clock.monoMs() - atMs);
    return wallMs < LEAST_WALL_MS || journal.clockQuality() === 'suspect' ? undefined : wallMs;
  };
}
