import type { StopRow } from '../tables/index.ts';

/**
 * With which probability a jam brings another stop within so many seconds of running, beyond the stops that come anyway.
 * Stops after other stops show how many come anyway.
 */
export function stopsAfterJams(
  stops: readonly StopRow[],
  withinSeconds: number,
): { readonly estimate: number; readonly error: number } {
  const share = (jams: boolean): { p: number; n: number } => {
    const followed = stops.flatMap((stop, index) => {
      const next = stops[index + 1];
      if (!next || (stop.state === 'jam') !== jams) return [];
      return [Number(next.start_seconds - stop.end_seconds < withinSeconds)];
    });
    return { p: followed.reduce((sum, value) => sum + value, 0) / followed.length, n: followed.length };
  };
  const [after, anyway] = [share(true), share(false)];
  const rest = 1 - anyway.p;
  // Two cases added on each side (as for an adjusted Wald interval) keep the variance of a share of 0 or 1 from being 0.
  const variance = ({ p, n }: { p: number; n: number }): number => {
    const q = (p * n + 2) / (n + 4);
    return (q * (1 - q)) / (n + 4);
  };
  const error = Math.sqrt(variance(after) / rest ** 2 + (variance(anyway) * (1 - after.p) ** 2) / rest ** 4);
  return { estimate: 1 - (1 - after.p) / rest, error };
}
