/** Sequence numbers `a..b`, both ends included. */
export type SeqRange = readonly [a: number, b: number];

/** The same numbers as ranges that rise, touch nowhere and lie above `floor`. */
export function mergeRanges(ranges: readonly SeqRange[], floor = 0): readonly SeqRange[] {
  const merged: [number, number][] = [];
  for (const [a, b] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const from = Math.max(a, floor + 1);
    if (b < from) continue;
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], b);
    else merged.push([from, b]);
  }
  return merged;
}

/** The parts of `a..b` that are not in `ranges` (merged). */
export function outsideRanges([a, b]: SeqRange, ranges: readonly SeqRange[]): readonly SeqRange[] {
  const outside: SeqRange[] = [];
  let from = a;
  for (const [start, end] of ranges) {
    if (end < from || start > b) continue;
    if (start > from) outside.push([from, start - 1]);
    from = end + 1;
  }
  if (from <= b) outside.push([from, b]);
  return outside;
}

/** How many numbers merged `ranges` hold. */
export function countInRanges(ranges: readonly SeqRange[]): number {
  return ranges.reduce((count, [a, b]) => count + b - a + 1, 0);
}
