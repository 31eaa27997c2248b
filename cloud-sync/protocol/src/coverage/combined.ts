import type { Segment, SegmentState } from './timeline.ts';

/** Which state counts where the models of a camera differ, first that of the highest rank. */
const RANK: Readonly<Record<SegmentState, number>> = { unscheduled: 0, inspected: 1, unknown: 2, blind: 3 };

/** One timeline of several: at every instant the worst of them. Each is in order and does not overlap itself. */
export function combined(timelines: readonly (readonly Segment[])[]): readonly Segment[] {
  const [only, ...others] = timelines;
  if (only !== undefined && others.length === 0) return only;
  const borders = [...new Set(timelines.flat().flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].toSorted(
    (a, b) => a - b,
  );
  const next = timelines.map(() => 0);
  return borders.slice(1).flatMap((toMs, index): readonly Segment[] => {
    const fromMs = borders[index] ?? toMs;
    const here = timelines.flatMap((segments, which) => {
      while ((segments[next[which] ?? 0]?.toMs ?? Infinity) <= fromMs) next[which] = (next[which] ?? 0) + 1;
      const segment = segments[next[which] ?? 0];
      return segment !== undefined && segment.fromMs <= fromMs ? [segment] : [];
    });
    const [worst] = here.toSorted((a, b) => RANK[b.state] - RANK[a.state]);
    if (worst === undefined) return [];
    // Frames count where their segment ends, and those of every model.
    const ending = here.filter((segment) => segment.toMs === toMs);
    const offered = ending.reduce((sum, segment) => sum + segment.offered, 0);
    const inspected = ending.reduce((sum, segment) => sum + segment.inspected, 0);
    return [{ ...worst, fromMs, toMs, offered, inspected }];
  });
}
