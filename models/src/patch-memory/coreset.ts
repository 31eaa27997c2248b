/** Points one after the other in one array, each of `dimensions` numbers. */
export interface Points {
  readonly values: Float32Array<ArrayBuffer>;
  readonly dimensions: number;
}

/**
 * Chooses points so that no other lies far from all of them (greedy k-centre, Gonzalez 1985): each next one is the one
 * farthest from those chosen. A random choice of the same size keeps what is common several times and what is rare never.
 * All points where there are no more than `count`.
 *
 * @param first index of the point to begin with.
 */
export function farthestPoints({ values, dimensions }: Points, count: number, first: number): Points {
  const total = values.length / dimensions;
  if (total <= count) return { values, dimensions };
  const chosen = new Float32Array(count * dimensions);
  const nearest = new Float32Array(total).fill(Number.POSITIVE_INFINITY);
  let next = first;
  for (let n = 0; n < count; n += 1) {
    const point = values.subarray(next * dimensions, (next + 1) * dimensions);
    chosen.set(point, n * dimensions);
    next = farthestAfter(values, point, nearest);
  }
  return { values: chosen, dimensions };
}

/** Lowers each point's distance to the chosen ones by the newest of them; the index of the point that is now farthest. */
function farthestAfter(values: Float32Array, point: Float32Array, nearest: Float32Array): number {
  const dimensions = point.length;
  let farthest = -1;
  let at = 0;
  let offset = 0;
  for (let i = 0; i < nearest.length; i += 1) {
    let squared = 0;
    const least = nearest[i] ?? 0;
    // A sum that exceeds the distance so far lowers nothing: most are left early.
    for (let from = 0; from < dimensions && squared < least; from += 16) {
      const to = Math.min(dimensions, from + 16);
      for (let d = from; d < to; d += 1) {
        const gap = (values[offset + d] ?? 0) - (point[d] ?? 0);
        squared += gap * gap;
      }
    }
    offset += dimensions;
    if (squared < least) nearest[i] = squared;
    const now = nearest[i] ?? 0;
    if (now > farthest) {
      farthest = now;
      at = i;
    }
  }
  return at;
}
