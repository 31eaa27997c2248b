import type { Context } from './context.ts';
import { connectionOf, readingText, withConnection } from './plant-point.ts';

/** How a controller, or a point of it, answered. */
export interface TriedPoint {
  /** Without secrets. */
  readonly url: string;
  readonly connectMs: number;
  readonly reads: number;
  readonly bad: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly maxMs?: number;
  readonly last: string;
}

/** Opens a connection and reads the point `count` times, where the URL names one. Writes nothing. */
export async function tryPoint(context: Context, url: string, count: number): Promise<TriedPoint> {
  const target = await connectionOf(url);
  const { clock, signal } = context.io;
  const startedMs = clock.monoMs();
  return withConnection(context, target, async (open) => {
    const connectMs = clock.monoMs() - startedMs;
    const { point } = target;
    const times: number[] = [];
    let last = 'not read: the URL names no point';
    let bad = 0;
    for (let n = 0; point !== undefined && n < count && !signal.aborted; n += 1) {
      const fromMs = clock.monoMs();
      const [reading] = await open.read([point]);
      times.push(clock.monoMs() - fromMs);
      last = readingText(reading);
      if (reading === undefined || 'bad' in reading) bad += 1;
    }
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number): number => rounded(sorted[Math.ceil(part * sorted.length) - 1] ?? 0);
    const speed = times.length === 0 ? {} : { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
    return { url: target.shown, connectMs: rounded(connectMs), reads: times.length, bad, ...speed, last };
  });
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
