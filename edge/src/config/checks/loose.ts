/** A group of keys of the file before the schema has looked at it. */
export type Loose = Readonly<Record<string, unknown>>;

/** Whether a value is a group of keys. */
export function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, or an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The entries of a list, an empty group for each that is none. */
export function groups(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.map((item: unknown) => (isLoose(item) ? item : {})) : [];
}

/** The ids in a list of groups. */
export function idsOf(items: readonly Loose[]): readonly string[] {
  return items.flatMap((item) => (typeof item['id'] === 'string' ? [item['id']] : []));
}

/** The pairs of numbers in a list; anything else is left out. */
export function pairsOf(value: unknown): readonly (readonly [number, number])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [];
    const [x, y] = pair as unknown[];
    return typeof x === 'number' && typeof y === 'number' ? [[x, y] as const] : [];
  });
}

/** Area within corners, in the square of their unit. */
export function areaOf(points: readonly (readonly [number, number])[]): number {
  let twice = 0;
  let previous = points.at(-1);
  for (const point of points) {
    if (previous !== undefined) twice += previous[0] * point[1] - point[0] * previous[1];
    previous = point;
  }
  return Math.abs(twice) / 2;
}
