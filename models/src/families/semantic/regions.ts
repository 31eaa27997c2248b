/** A connected part of one class on a grid; bounds in cells, `right` and `bottom` exclusive. */
export interface Region {
  readonly classId: number;
  readonly cells: number;
  /** Sum of the scores of its cells. */
  readonly sum: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Its number in `numbers`. */
  readonly id: number;
}

export interface Regions {
  readonly regions: readonly Region[];
  /** Number of the region of each cell; -1 for none. */
  readonly numbers: Int32Array;
}

/**
 * Connected parts of equal class, over edges and corners; cells of class -1 belong to none. One pass over the cells with a
 * stack, so that time and memory are proportional to the cells.
 */
export function connectedRegions(
  classes: Int32Array,
  scores: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Regions {
  const numbers = new Int32Array(width * height).fill(-1);
  const stack = new Int32Array(width * height);
  const regions: Region[] = [];
  for (let start = 0; start < numbers.length; start++) {
    const classId = classes[start]!;
    if (classId < 0 || numbers[start]! >= 0) continue;
    const id = regions.length;
    let [depth, cells, sum] = [1, 0, 0];
    let [left, top, right, bottom] = [width, height, 0, 0];
    stack[0] = start;
    numbers[start] = id;
    while (depth > 0) {
      const cell = stack[--depth]!;
      const x = cell % width;
      const y = (cell - x) / width;
      cells += 1;
      sum += scores[cell]!;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (numbers[next]! >= 0 || classes[next] !== classId) continue;
          numbers[next] = id;
          stack[depth++] = next;
        }
      }
    }
    regions.push({ classId, cells, sum, left, top, right, bottom, id });
  }
  return { regions, numbers };
}
