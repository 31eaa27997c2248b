import { UsageError } from './errors.ts';

/** A zone as it is written on the command line: `name=x,y;x,y;x,y`, in fractions of the frame. Throws UsageError. */
export function parsePolygon(text: string): readonly [id: string, polygon: readonly (readonly [number, number])[]] {
  const [id, points] = named(text);
  if (points === undefined || points.length < 3) {
    throw new UsageError(
      `${text} is no zone`,
      "write name=x,y;x,y;x,y with at least three corners in fractions 0 to 1: 'belt=0.1,0.2;0.9,0.2;0.9,0.9'",
    );
  }
  return [id, points];
}

/** A line as it is written on the command line: `rule=x,y;x,y`, in fractions of the frame. Throws UsageError. */
export function parseLine(text: string): readonly [rule: string, line: readonly (readonly [number, number])[]] {
  const [rule, points] = named(text);
  if (points?.length === 2) return [rule, points];
  throw new UsageError(
    `${text} is no line`,
    "write rule=x,y;x,y with two ends in fractions 0 to 1: 'packs=0.5,0.9;0.5,0.1'",
  );
}

/** A name and points; no points where any of it is wrong. */
function named(text: string): readonly [name: string, points: readonly (readonly [number, number])[] | undefined] {
  const at = text.indexOf('=');
  const corners = text
    .slice(at + 1)
    .split(';')
    .map((corner) => corner.split(',').map(Number));
  const points = corners.flatMap(([x, y, ...rest]) => {
    const isFraction = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1;
    return isFraction(x) && isFraction(y) && rest.length === 0 ? [[x, y] as const] : [];
  });
  return [text.slice(0, Math.max(0, at)), at < 1 || points.length !== corners.length ? undefined : points];
}
