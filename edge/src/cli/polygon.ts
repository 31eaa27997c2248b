import { UsageError } from './errors.ts';

/** A zone as it is written on the command line: `name=x,y;x,y;x,y`, in fractions of the frame. Throws UsageError. */
export function parsePolygon(text: string): readonly [id: string, polygon: readonly (readonly [number, number])[]] {
  const at = text.indexOf('=');
  const corners = text
    .slice(at + 1)
    .split(';')
    .map((corner) => corner.split(',').map(Number));
  const points = corners.flatMap(([x, y, ...rest]) => {
    const isFraction = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1;
    return isFraction(x) && isFraction(y) && rest.length === 0 ? [[x, y] as const] : [];
  });
  if (at < 1 || points.length !== corners.length || points.length < 3) {
    throw new UsageError(
      `${text} is no zone`,
      "write name=x,y;x,y;x,y with at least three corners in fractions 0 to 1: 'belt=0.1,0.2;0.9,0.2;0.9,0.9'",
    );
  }
  return [text.slice(0, at), points];
}
